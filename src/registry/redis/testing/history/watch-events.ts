import type { SeenRegistration } from './events.ts'

/** A message from the parent to a watching process. */
export interface WatchTask {
  readonly url: string
  readonly namespace: string
  readonly seed: number
  /** How long it stops reading now and then, in ms; 0 never. */
  readonly stallMs: number
}

/** `compare` while nothing is written; `stop` ends the watches, and then the process. */
export type WatchOrder = 'compare' | 'stop'

/** The answer to `compare`: a line for each fault. */
export interface Comparison {
  readonly kind: 'comparison'
  readonly faults: readonly string[]
}

/** An event of a watch of everything. */
export interface WatchedEvent {
  /** The stream id in its token; empty for the beginning. */
  readonly resumesAfter: string
  /** The registration in it, if any. */
  readonly shown: SeenRegistration | null
}

/** The events seen by a process, sent when it has stopped. */
export interface WatchReport {
  readonly kind: 'report'
  /** The events of one watch, in order. */
  readonly events: readonly WatchedEvent[]
  readonly counts: readonly {
    readonly name: string
    readonly events: number
    readonly resets: number
  }[]
}
