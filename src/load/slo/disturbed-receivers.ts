import type { Histogram } from 'hdr-histogram-js'
import { newTimeHistogram } from '../recording/histogram.ts'
import type { Deliveries, OperationResult } from '../result.ts'
import type { SloRow } from './slo-row.ts'

/** A multicast waits for its receipts; a shorter pause of the receivers hardly makes one time out. */
const MIN_PAUSE_MS = 1_000

/**
 * Whether receivers may have made requests slow or time out, because they were lost or paused for long.
 * Receivers are part of the load test, not of the system.
 */
function areReceiversDisturbed(deliveries: Deliveries | null): boolean {
  if (deliveries === null) return false
  if (deliveries.kind === 'unknown') return true
  return (deliveries.receivers?.pauses.maxMs ?? 0) >= MIN_PAUSE_MS
}

/** The least that the system took for an operation's requests, as far as its receivers allow to say. */
export function undisturbedTimes({ undisturbed, deliveries }: OperationResult): Histogram {
  if (deliveries === null || !areReceiversDisturbed(deliveries)) return undisturbed
  if (deliveries.kind === 'counted') return deliveries.undisturbedCompletion
  const unknown = newTimeHistogram()
  if (undisturbed.totalCount > 0) unknown.recordValueWithCount(0, undisturbed.totalCount)
  return unknown
}

/** Requests of an operation that may have gone wrong because of its receivers. */
export function lostByReceivers({ counts, deliveries }: OperationResult): number {
  return areReceiversDisturbed(deliveries) ? counts.timedOut + counts.unfinished : 0
}

/**
 * Makes missed windowed bounds inconclusive if disturbed receivers may have caused the miss: windows are
 * judged before the receivers report.
 */
export function withoutReceiversFault(
  rows: readonly SloRow[],
  operations: ReadonlyMap<string, Pick<OperationResult, 'deliveries'>>,
): readonly SloRow[] {
  const disturbed = [...operations].flatMap(([name, { deliveries }]) =>
    areReceiversDisturbed(deliveries) ? [name] : [],
  )
  return rows.map((row) => {
    const isOfDisturbed = disturbed.length > 0 && !isOfOthers(row, disturbed, operations)
    return row.outcome === 'missed' && isOfDisturbed ? { ...row, outcome: 'inconclusive' } : row
  })
}

/** Whether a row's operation has undisturbed receivers. */
function isOfOthers(
  { operation }: SloRow,
  disturbed: readonly string[],
  operations: ReadonlyMap<string, unknown>,
): boolean {
  return operations.has(operation) && !disturbed.includes(operation)
}
