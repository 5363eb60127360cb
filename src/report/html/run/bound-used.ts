import type { SloOutcome, SloRow } from '../../../load/slo/slo-row.ts'

/**
 * The ratio of a bound that a figure uses up: 1 at the bound, more beyond it. Of a ratio such as the
 * success rate, it is the ratio of the permitted failures that happened: 99.95 % of at least 99.9 % uses half.
 * @returns `null` if nothing was measured, or if the figures have no such ratio, as below 0.
 */
export function boundUsed({ measured, comparison, bound, unit }: SloRow): number | null {
  if (measured === null || measured < 0 || bound < 0) return null
  if (comparison === '<' || comparison === '<=') return ratioOf(measured, bound)
  return unit === 'ratio' ? ratioOf(1 - measured, 1 - bound) : ratioOf(bound, measured)
}

/**
 * Missed before inconclusive before met; within each, by how much of the bound is used up. A throughput that is
 * met comes last: a load that is sent as planned uses up all of it.
 */
export function worstBoundFirst(a: SloRow, b: SloRow): number {
  return rank(a) - rank(b) || order(b) - order(a)
}

function rank({ outcome, unit }: SloRow): number {
  return RANK[outcome] + (outcome === 'met' && unit === '1/s' ? 1 : 0)
}

const RANK: Readonly<Record<SloOutcome, number>> = { missed: 0, inconclusive: 1, met: 2 }

/** Without an answer, a bound is used up more than by any figure. */
function order(row: SloRow): number {
  const used = boundUsed(row)
  if (used !== null) return Math.min(used, Number.MAX_VALUE)
  return row.measured === null ? Number.MAX_VALUE : 0
}

function ratioOf(part: number, whole: number): number {
  if (whole > 0) return Math.max(part, 0) / whole
  return part > 0 ? Number.POSITIVE_INFINITY : 0
}
