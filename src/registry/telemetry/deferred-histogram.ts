import type { Attributes, Histogram } from '@opentelemetry/api'

/** Values that wait before they are recorded in the background: recording them takes about as long as Redis takes to answer a call. */
const MANY = 16

/** Maximum number of values that wait. */
const MAX_WAITING = 512

/**
 * Records values in a histogram a little later than they are measured: 16 at a time between turns of the event loop, and
 * before each collection, by `flush`. An SDK takes microseconds per value, several times as long in between other work as
 * when it records many in a row, and no call has to wait for that.
 */
export class DeferredHistogram {
  readonly #histogram: Histogram
  readonly #values: number[] = []
  readonly #attributes: Attributes[] = []
  #isScheduled = false

  constructor(histogram: Histogram) {
    this.#histogram = histogram
  }

  /** @param attributes must not change afterwards. */
  record(value: number, attributes: Attributes): void {
    this.#values.push(value)
    this.#attributes.push(attributes)
    const { length } = this.#values
    if (length < MANY) return
    if (length >= MAX_WAITING) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => this.flush())
    }
  }

  /** Records the values that wait. */
  flush(): void {
    this.#isScheduled = false
    for (let at = 0; at < this.#values.length; at += 1) {
      this.#histogram.record(this.#values[at] ?? 0, this.#attributes[at])
    }
    this.#values.length = 0
    this.#attributes.length = 0
  }
}
