import type { Both, VersionName } from '../versions/both.ts'

/** What one version measured of one comparison in one round. */
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
  | {
      readonly kind: 'validity'
      /** Why the scenario's measurement can't be used: it was invalid, or there is none; `null` if it can. */
      readonly flaw: string | null
    }
  /** The run says nothing of it. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** The scenario was measured and has no such operation or metric: more rounds won't bring it. */
  | { readonly kind: 'absent'; readonly why: string }

/** What one version measured in one round, by the comparison's id. An id that isn't there is absent. */
export type Readings = Readonly<Record<string, Reading>>

/** One run of the baseline and one of the candidate, made one right after the other. */
export interface GateRound extends Both<Readings> {
  /** The version that ran first: being second may make a difference of its own. */
  readonly first: VersionName
}
