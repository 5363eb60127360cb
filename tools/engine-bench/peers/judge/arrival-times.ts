/** Times of arrival, in order: room is made beforehand, since to make it costs time that is being measured. */
export class ArrivalTimes {
  #times: Float64Array
  #count = 0

  /** @param expected how many arrivals there is room for at first. */
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

  /** A copy, without the room that is left. */
  toArray(): Float64Array {
    return this.#times.slice(0, this.#count)
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#times.length + 1)
    larger.set(this.#times)
    this.#times = larger
  }
}
