/** The latest wake-ups are remembered. */
const REMEMBERED = 64
/** The lead is reviewed after this many wake-ups. */
const REVIEW_EVERY = 16
/** A typical wake-up's duration in ms, used until some were measured. */
const FIRST_LEAD_MS = 0.03
const MAX_LEAD_MS = 1
/** The lead is at most the median wake-up, less this, in ms … */
const LATE_MS = 0.005
/** … and with this ratio of the time between wake-ups. */
const SPIN_RATIO = 0.025
/** Older measurements are outdated, in ms. */
const OUTDATED_AFTER_MS = 100

/**
 * How long before a due time an event loop has to be woken up to be there in time, learnt from what
 * wake-ups take. The loop spins through what is left of a lead that was too long, at the cost of a core;
 * one that was too short makes a request late. So it is what 99 % of the wake-ups need, where that costs
 * little, and else less:
 *
 *     lead = min(P99, P50 − 5 µs + 2.5 % of the time between wake-ups)
 *
 * At 100 requests/s, almost all of them are in time, for at most 2.5 % of a core. At 10,000/s, half of
 * them are up to 5 µs late, and the others by as much as wake-ups vary.
 */
export class WakeLead {
  readonly #tookMs = new Float64Array(REMEMBERED)
  #count = 0
  #gapMs = 0
  #lastMs = Number.NaN
  #ms = FIRST_LEAD_MS

  /** The lead, in ms. */
  get ms(): number {
    return this.#ms
  }

  /** A wake-up was asked for at one time, and came at another, both in ms on one clock. */
  woken(askedForMs: number, cameMs: number): void {
    if (!Number.isNaN(this.#lastMs)) this.#gapMs += (askedForMs - this.#lastMs - this.#gapMs) / 8
    this.#lastMs = askedForMs
    this.#tookMs[this.#count++ % REMEMBERED] = cameMs - askedForMs
    if (this.#count % REVIEW_EVERY === 0) this.#review()
  }

  /**
   * There was no time to sleep at `nowMs`, perhaps because the lead is so long. It can't be learnt
   * without sleeping that this is no longer so: after a while, it is forgotten.
   */
  awake(nowMs: number): void {
    if (nowMs - this.#lastMs < OUTDATED_AFTER_MS) return
    this.#lastMs = nowMs
    this.#count = 0
    this.#ms = FIRST_LEAD_MS
  }

  #review(): void {
    const tookMs = this.#tookMs.slice(0, this.#count).sort()
    const at = (ratio: number): number => tookMs[Math.floor(ratio * (tookMs.length - 1))] ?? 0
    const affordableMs = at(0.5) - LATE_MS + SPIN_RATIO * this.#gapMs
    this.#ms = Math.min(Math.max(Math.min(at(0.99), affordableMs), 0), MAX_LEAD_MS)
  }
}
