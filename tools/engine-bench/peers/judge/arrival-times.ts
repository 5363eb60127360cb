/** Times of arrival, in order. Memory is allocated beforehand, because allocation would disturb the measurement. */
export class ArrivalTimes {
  #times: Float64Array
  #count = 0

  /** @param expected the initial capacity. */
  constructor(expected: number) {
    this.#times = new Float64Array(expected)
  }

  get count(): number {
    return this.#count
  }

  add(atMs: number): void {
    if (this.#count === this.#times.length) this.#grow()
    this.#times[this.#count++] = atMs
  }

  /** A copy, without unused capacity. */
  toArray(): Float64Array {
    return this.#times.slice(0, this.#count)
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#times.length + 1)
    larger.set(this.#times)
    this.#times = larger
  }
}
