/** What one arm measured of one comparison in one round. */
export type Reading =
  | {
      readonly kind: 'time'
      /** The percentile, > 0. */
      readonly ms: number
      /** Planned: how many requests the percentile stands for. */
      readonly requests: number
    }
  | {
      readonly kind: 'share'
      /** Errors, missing receipts, requests not started in time: 0 … `of`. */
      readonly count: number
      /** Requests, or receipts expected; > 0. */
      readonly of: number
    }
  /** The run says nothing of it: it was invalid, interrupted, crashed, or hardly a request was answered. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** The run has no such scenario, operation or metric. */
  | { readonly kind: 'absent'; readonly why: string }

/** What one arm measured in one round, by the comparison's id. An id that isn't there is absent. */
export type Readings = Readonly<Record<string, Reading>>

/** One run of the baseline and one of the candidate, made one right after the other. */
export interface GateRound {
  readonly baseline: Readings
  readonly candidate: Readings
}
