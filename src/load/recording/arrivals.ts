import { isCount } from '../is-count.ts'
import type { ArrivalCounts, Deliveries } from '../result.ts'

/** Arrivals are counted in steps of this length, because receivers don't know when the measurement began. */
const STEP_MS = 10

/** Counts receipts by the time of their arrival. Memory: a number per 10 ms. */
export class Arrivals {
  #fromMs = 0
  readonly #counts: number[] = []

  /** @param now by `nowMs()`; never earlier than before. */
  count(now: number): void {
    if (this.#counts.length === 0) this.#fromMs = now
    const step = Math.floor((now - this.#fromMs) / STEP_MS)
    while (this.#counts.length <= step) this.#counts.push(0)
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
  }

  get counts(): ArrivalCounts {
    return { fromMs: this.#fromMs, stepMs: STEP_MS, counts: this.#counts }
  }
}

/**
 * Receipts per second of the measurement: each step belongs to the second that its middle is in, and to the
 * first or last one if that is outside of them. `null` if nobody noted when they arrived, or what they noted can't
 * be true: operations are user code.
 * @param measureStartMs by `nowMs()`.
 * @param lastSecond the number of the last second.
 */
export function receivedPerSecond(
  deliveries: Deliveries,
  measureStartMs: number,
  lastSecond: number,
): readonly number[] | null {
  if (deliveries.kind === 'unknown' || deliveries.arrivals === undefined) return null
  const { fromMs, stepMs, counts } = deliveries.arrivals
  if (!counts.every(isCount) || !Number.isFinite(fromMs) || !(stepMs > 0)) return null
  const received = Array.from({ length: lastSecond + 1 }, () => 0)
  for (const [step, count] of counts.entries()) {
    const middleMs = fromMs + (step + 0.5) * stepMs - measureStartMs
    const second = Math.min(Math.max(Math.floor(middleMs / 1_000), 0), lastSecond)
    received[second] = (received[second] ?? 0) + count
  }
  return received
}
