import { formatFigure } from '../format.ts'
import type { SloRow } from '../load/slo/slo-row.ts'

/** A bound and its measured figure, as people read them. */
export interface SloCells {
  readonly operation: string
  readonly metric: string
  /** Such as `< 10 ms`. */
  readonly bound: string
  readonly measured: string
}

/** An SLO row as every report shows it. */
export function sloCells(row: SloRow): SloCells {
  return {
    operation: row.operation,
    metric: metric(row),
    bound: `${COMPARISON[row.comparison]} ${boundText(row)}${row.isDefault ? ' (default)' : ''}`,
    measured: measured(row),
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

/** The measured figure, with the start of the worst window and the value of an inconclusive one without delays. */
function measured(row: SloRow): string {
  if (row.measured === null) return row.outcome === 'missed' ? 'no answer' : 'nothing measured'
  const notes: string[] = []
  if (row.outcome === 'inconclusive' && row.punctual !== null) {
    notes.push(`${formatFigure(row.punctual, row.unit)} without the generator's delays`)
  }
  if (row.windows !== null && row.windows.worstFromMs !== null) {
    const { judged, missed, inconclusive, worstFromMs } = row.windows
    notes.push(`from ${worstFromMs / 1_000} s`)
    if (missed > 0) notes.push(`${missed} of ${judged} missed`)
    if (inconclusive > 0) notes.push(`${inconclusive} of ${judged} inconclusive`)
  }
  const value = formatFigure(row.measured, row.unit)
  return notes.length === 0 ? value : `${value} (${notes.join(', ')})`
}

/** The bound alone, in the author's form: 10 ms is not printed as 10.0 ms. */
export function boundText(row: SloRow): string {
  return row.unit === 'ms' && Number.isInteger(row.bound) && row.bound < 1_000
    ? `${row.bound} ms`
    : formatFigure(row.bound, row.unit)
}
