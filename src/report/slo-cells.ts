import { formatCount } from '../format.ts'
import { formatBeside, formatBound } from '../format-bound.ts'
import type { SloRow } from '../load/slo/slo-row.ts'

/** A bound and its measured figure, as people read them. */
export interface SloCells {
  readonly operation: string
  readonly metric: string
  /** Such as `< 10 ms`. */
  readonly bound: string
  readonly measured: string
  /** The measured figure alone, and what is to be said of it, which may be nothing. */
  readonly figure: string
  readonly notes: string
}

/** An SLO row as every report shows it. */
export function sloCells(row: SloRow): SloCells {
  const figure = figureText(row)
  const notes = notesOn(row).join(', ')
  return {
    operation: row.operation,
    metric: metric(row),
    bound: `${COMPARISON[row.comparison]} ${boundText(row)}${row.isDefault ? ' (default)' : ''}`,
    measured: notes === '' ? figure : `${figure} (${notes})`,
    figure,
    notes,
  }
}

const COMPARISON: Readonly<Record<SloRow['comparison'], string>> = {
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
}

function metric({ metric: name, windows }: SloRow): string {
  return windows === null ? name : `${name} every ${windows.everyMs / 1_000} s`
}

function figureText({ measured, bound, unit, outcome }: SloRow): string {
  if (measured !== null) return formatBeside(measured, bound, unit)
  return outcome === 'missed' ? 'no answer' : 'nothing measured'
}

/** The start of the worst window, and what an inconclusive figure would be without delays. */
function notesOn(row: SloRow): readonly string[] {
  if (row.measured === null) return []
  const notes: string[] = []
  if (row.outcome === 'inconclusive' && row.punctual !== null) {
    const punctual = formatBeside(row.punctual, row.bound, row.unit)
    notes.push(`${punctual} without the generator's delays`)
  }
  if (row.windows !== null && row.windows.worstFromMs !== null) {
    const { judged, missed, inconclusive, worstFromMs } = row.windows
    notes.push(`from ${worstFromMs / 1_000} s`)
    if (missed > 0) notes.push(`${formatCount(missed)} of ${formatCount(judged)} missed`)
    if (inconclusive > 0) {
      notes.push(`${formatCount(inconclusive)} of ${formatCount(judged)} inconclusive`)
    }
  }
  return notes
}

/** The bound alone: `10 ms`. */
export function boundText({ bound, unit }: SloRow): string {
  return formatBound(bound, unit)
}
