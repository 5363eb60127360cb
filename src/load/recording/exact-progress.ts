import type { ReceiptsSoFar } from './delivery-tally.ts'
import type { ExactCounts } from './exact-counts.ts'

/** The times of one operation in one second. */
export interface ExactTimes {
  readonly operation: string
  readonly response: ExactCounts
  readonly service: ExactCounts
  readonly lateness: ExactCounts
}

/** The receipts of one operation so far. */
export interface OperationReceipts extends ReceiptsSoFar {
  readonly operation: string
}

/** What a follower needs to keep figures that end as the load's own do. */
export interface ExactProgress {
  /** The seconds that have ended since the last progress. */
  readonly times: readonly ExactTimes[]
  /** Of the operations that count them while they run. */
  readonly receipts: readonly OperationReceipts[]
}
