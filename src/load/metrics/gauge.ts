/** A value that changes over time. */
export interface Gauge {
  /** Sets the value. One that is not a finite number is counted as invalid instead. */
  set(value: number): void
}

/** The values that a gauge had. */
export interface GaugeValues {
  readonly last: number
  /** The time of the last value, in Unix ms. */
  readonly lastAtMs: number
  readonly min: number
  readonly max: number
}

/** The result of a gauge. */
export interface GaugeResult {
  readonly kind: 'gauge'
  readonly name: string
  readonly unit: string
  /** The number of times it was set. */
  readonly count: number
  /** `null` if it never was. */
  readonly values: GaugeValues | null
  /** The number of values rejected because they were not finite numbers. */
  readonly invalid: number
}

/** Keeps the last, the smallest and the largest value that the measured requests of a load give. */
export class GaugeRecorder implements Gauge {
  #count = 0
  #invalid = 0
  #last = 0
  #lastAtMs = 0
  #min = Infinity
  #max = -Infinity

  set(value: number): void {
    if (!Number.isFinite(value)) {
      this.#invalid++
      return
    }
    this.#count++
    this.#last = value
    this.#lastAtMs = Date.now()
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  finish(name: string, unit: string): GaugeResult {
    const [last, lastAtMs, min, max] = [this.#last, this.#lastAtMs, this.#min, this.#max]
    const values = this.#count === 0 ? null : { last, lastAtMs, min, max }
    return { kind: 'gauge', name, unit, count: this.#count, values, invalid: this.#invalid }
  }
}
