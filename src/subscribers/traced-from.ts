import type { SpanAnchor } from '../traces/span-clock.ts'

let anchor: SpanAnchor | null = null

/**
 * Lets the subscribers that this process starts from now on record spans. Call it before they are started.
 * @param anchorMs `null`, as in the beginning: they record none, and load no SDK.
 */
export function setTracedFrom(anchorMs: SpanAnchor | null): void {
  anchor = anchorMs
}

/** The anchor of the spans of subscribers that are started now; `null`: they record none. */
export function tracedFrom(): SpanAnchor | null {
  return anchor
}
