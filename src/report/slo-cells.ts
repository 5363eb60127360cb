import { formatCount } from '../format.ts'
import { formatBeside, formatBound } from '../format-bound.ts'
import type { OperationResult } from '../load/result.ts'
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

/** The operations of a load, with what became of their promises. */
export type Promises = readonly {
  readonly name: string
  readonly losses: OperationResult['losses']
}[]

/**
 * An SLO row as every report shows it.
 * @param promises by which a bound on losses says how many there were; without them, it doesn't.
 */
export function sloCells(row: SloRow, promises: Promises = []): SloCells {
  const figure = figureText(row)
  const notes = [...promisedText(row, promises), ...notesOn(row)].join(', ')
  return {
    operation: row.operation,
    metric: metric(row),
    bound: `${COMPARISON[row.comparison]} ${boundText(row)}${exempt(row)}${row.isDefault ? ' (default)' : ''}`,
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

/** `, but for 6 s after a fault`, of windows that have time to recover. */
function exempt({ windows }: SloRow): string {
  const recoveryMs = windows?.recoveryMs
  return recoveryMs === undefined ? '' : `, but for ${recoveryMs / 1_000} s after a fault`
}

function figureText({ measured, bound, unit, outcome }: SloRow): string {
  if (measured !== null) return formatBeside(measured, bound, unit)
  return outcome === 'missed' ? 'no answer' : 'nothing measured'
}

/** `of 3,000 registrations`, for a bound on losses. */
function promisedText(row: SloRow, promises: Promises): readonly string[] {
  if (row.metric !== 'lost' || row.measured === null) return []
  const promised = new Map<string, number>()
  for (const { name, losses } of promises) {
    if (losses?.kind !== 'known' || (row.operation !== 'all' && row.operation !== name)) continue
    promised.set(losses.of, (promised.get(losses.of) ?? 0) + losses.promised)
  }
  const counts = [...promised].map(([of, count]) => `${formatCount(count)} ${of}`)
  return counts.length === 0 ? [] : [`of ${counts.join(' and ')}`]
}

/** Why it is inconclusive, the start of the worst window, and what an inconclusive figure would be without delays. */
function notesOn(row: SloRow): readonly string[] {
  const notes = row.reason === undefined ? [] : [row.reason]
  if (row.measured === null) return notes
  if (row.outcome === 'inconclusive' && row.punctual !== null && row.reason === undefined) {
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
