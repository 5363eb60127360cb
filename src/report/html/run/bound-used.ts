import { usedUp, worstFirst, type SloRow } from '../../../load/slo/slo-row.ts'

/**
 * The ratio of a bound that a figure uses up: 1 at the bound, more beyond it.
 * @returns `null` if nothing was measured, or if the figures have no such ratio, as below 0.
 */
export function boundUsed(row: SloRow): number | null {
  const { measured, bound } = row
  return measured === null || measured < 0 || bound < 0 ? null : Math.max(usedUp(row), 0)
}

/**
 * As `worstFirst`, but a throughput that is met comes last: a load that is sent as planned uses up all of it.
 */
export function worstBoundFirst(a: SloRow, b: SloRow): number {
  return Number(isMetThroughput(a)) - Number(isMetThroughput(b)) || worstFirst(a, b)
}

function isMetThroughput({ outcome, unit }: SloRow): boolean {
  return outcome === 'met' && unit === '1/s'
}
