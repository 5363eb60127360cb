/** A fault as the load was given it. */
export interface PlannedFault {
  readonly label: string
  /** What exactly broke, such as `redis-2 at 127.0.0.1:7002`; `null` if its label says all. */
  readonly what: string | null
  readonly plannedAtMs: number
}

/** What became of a scheduled fault. Times are in ms since the measurement began. */
export type FaultRecord = PlannedFault &
  (
    | {
        readonly state: 'injected'
        readonly fromMs: number
        /** When it was over, as far as it passes by itself; the same as `fromMs` for one that stays. */
        readonly toMs: number
      }
    /** It could not be injected, or not be mended: no bound on recovery can be judged by it. */
    | { readonly state: 'failed'; readonly fromMs: number; readonly reason: string }
    /** Another shard of the load injects it, at about `plannedAtMs`. */
    | { readonly state: 'elsewhere' }
    /** The load ended before it was due. */
    | { readonly state: 'not reached' }
  )

/** A fault while the load runs. */
export type FaultProgress =
  | FaultRecord
  | (PlannedFault &
      (
        | { readonly state: 'planned' }
        /** It has been injected, and is not over. */
        | { readonly state: 'on'; readonly fromMs: number }
      ))
