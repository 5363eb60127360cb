import type { SpanAnchor } from '../traces/span-clock.ts'
import type { TracedProcess } from '../traces/span-record.ts'
import type { TakenSpans } from '../traces/span-ring.ts'
import type { Subscribers } from './subscriber-host.ts'

/** The spans of some traces that the subscribers' process recorded. */
export type SpansOfReceivers =
  | ({ readonly kind: 'known'; readonly process: TracedProcess } & TakenSpans)
  /** The process does not record spans, died, or did not answer. */
  | { readonly kind: 'unknown' }

/** `service.name` of a subscribers' process. */
export const SUBSCRIBERS_NAME = 'subscribers'

let anchor: SpanAnchor | null = null
const open = new Set<Subscribers>()

/** Whether subscribers that this process starts from now on record spans; `null`: they don't, and load no SDK. */
export function setTracedFrom(anchorMs: SpanAnchor | null): void {
  anchor = anchorMs
}

/** The anchor of the spans of subscribers that are started now; `null`: they record none. */
export function tracedFrom(): SpanAnchor | null {
  return anchor
}

/** The subscribers in processes of their own that this process has started and not closed, in order of their starts. */
export function openSubscribers(): readonly Subscribers[] {
  return [...open]
}

/** Adds subscribers to the open ones. @returns them. */
export function opened<S extends Subscribers>(subscribers: S): S {
  open.add(subscribers)
  return subscribers
}

/** Removes subscribers from the open ones; does nothing if they are not among them. */
export function closed(subscribers: Subscribers): void {
  open.delete(subscribers)
}
