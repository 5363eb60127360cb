/** The state of a bucket. */
export interface Bucket {
  /** What was used and has not flowed back yet, 0 to the burst. */
  readonly used: number
  /** When it was so, in µs. */
  readonly atUs: number
}

/** The law of a bucket: up to `burst` at once, and `perSecond` in the long run. */
export interface BucketLaw {
  readonly perSecond: number
  readonly burst: number
}

/** The outcome of a request. */
export interface Spent {
  /** The bucket's new state. A refusal takes nothing, but a time ahead of the clock is set back. */
  readonly bucket: Bucket
  /** The refusal; without one, it got what it asked for. */
  readonly refusal?: {
    /** Until there is enough, in ms; `null` if there never will be. */
    readonly retryAfterMs: number | null
  }
}

/** Sums of what has flowed back are inexact: what lacks less than this is there. */
export const TOLERANCE = 1e-5

/**
 * Takes `cost` from a token bucket (Turner 1986, as in RFC 2697): over any period of t seconds it gives at most
 * `burst + perSecond × t`. A clock that was set back gives nothing for that time.
 *
 *     burst ┬─────╮            ╭──   free
 *           │     │╱╲        ╱
 *         0 ┴─────┴──┴──────┴─────▶ time
 */
export function spend(
  { used, atUs }: Bucket,
  { perSecond, burst }: BucketLaw,
  cost: number,
  nowUs: number,
): Spent {
  const backUs = Math.max(0, nowUs - atUs)
  const left = Math.max(0, Math.min(used, burst) - (backUs * perSecond) / 1e6)
  const total = left + cost
  if (total <= burst + TOLERANCE) return { bucket: { used: total, atUs: nowUs } }
  const isHopeless = cost > burst || perSecond === 0
  const retryAfterMs = isHopeless ? null : Math.ceil(((total - burst) / perSecond) * 1000)
  const bucket = atUs > nowUs ? { used: left, atUs: nowUs } : { used, atUs }
  return { bucket, refusal: { retryAfterMs } }
}
