import { nowMs } from '../clock.ts'

/** A sum that requests add to. */
export interface Counter {
  /** Adds an amount, 1 if none is given. One that is not a finite number ≥ 0 is counted as invalid instead. */
  add(amount?: number): void
}

/** The result of a counter. */
export interface CounterResult {
  readonly kind: 'counter'
  readonly name: string
  readonly unit: string
  readonly total: number
  /** The part of it that was added while requests were being started. */
  readonly inTime: number
  /** The number of additions rejected because the value was not a finite number ≥ 0. */
  readonly invalid: number
}

/**
 * What was added per second while requests were being started; `null` if no time was measured. What is too
 * large for a number is the largest there is.
 */
export function perSecond(inTime: number, measuredMs: number): number | null {
  return measuredMs === 0 ? null : Math.min((inTime / measuredMs) * 1_000, Number.MAX_VALUE)
}

/** Sums the additions of a load's measured requests. */
export class CounterRecorder implements Counter {
  #total = 0
  #inTime = 0
  #invalid = 0
  #endMs: number

  /** @param endMs when requests stop being started, by `nowMs()`. */
  constructor(endMs: number) {
    this.#endMs = endMs
  }

  add(amount = 1): void {
    const isAmount = Number.isFinite(amount) && amount >= 0
    // A sum that overflows would be lost entirely.
    if (!isAmount || !Number.isFinite(this.#total + amount)) {
      this.#invalid++
      return
    }
    this.#total += amount
    if (nowMs() < this.#endMs) this.#inTime += amount
  }

  /** No requests are started after `endMs`. */
  endAt(endMs: number): void {
    this.#endMs = endMs
  }

  finish(name: string, unit: string): CounterResult {
    const [total, inTime, invalid] = [this.#total, this.#inTime, this.#invalid]
    return { kind: 'counter', name, unit, total, inTime, invalid }
  }
}
