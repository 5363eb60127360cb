import type { Pause } from '../load/pauses.ts'
import type { TracedProcess } from '../traces/span-record.ts'
import type { TakenSpans } from '../traces/span-ring.ts'

/** The spans of some traces that the subscribers' process recorded. */
export type SpansOfReceivers =
  | ({ readonly kind: 'known'; readonly process: TracedProcess } & TakenSpans & ReceiverPauses)
  /** The process does not record spans, died, or did not answer. */
  | { readonly kind: 'unknown' }

/** The latest pauses of a receivers' process. */
export interface ReceiverPauses {
  readonly pauses: readonly Pause[]
}

/** `service.name` of a subscribers' process. */
export const SUBSCRIBERS_NAME = 'subscribers'
