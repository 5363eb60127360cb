import type { Both, VersionName } from '../versions/both.ts'

/** One version's value for one comparison in one round. */
export type Reading =
  | {
      readonly kind: 'time'
      /** The percentile, > 0. */
      readonly ms: number
      /** The number of planned requests that the percentile stands for. */
      readonly requests: number
    }
  | {
      readonly kind: 'share'
      /** Errors, missing receipts, requests not started in time: 0 … `of`. */
      readonly count: number
      /** Requests, or receipts expected; > 0. */
      readonly of: number
    }
  | {
      readonly kind: 'validity'
      /** Why the scenario's measurement is invalid or missing; `null` if it is usable. */
      readonly flaw: string | null
    }
  /** The run has no usable value. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** The scenario was measured but has no such operation or metric; more rounds won't provide it. */
  | { readonly kind: 'absent'; readonly why: string }

/** One version's readings in one round, by comparison id. A missing id is absent. */
export type Readings = Readonly<Record<string, Reading>>

/** The readings of two consecutive runs, one per version. */
export interface GateRound extends Both<Readings> {
  /** The version that ran first; the order may have an effect of its own. */
  readonly first: VersionName
}
