/** How often each name was among the last so many. */
export class RecentNames {
  readonly #counts = new Map<string, number>()
  readonly #names: string[] = []
  readonly #length: number
  #next = 0

  /** @param length how many count, > 0. */
  constructor(length: number) {
    this.#length = length
  }

  add(name: string): void {
    const oldest = this.#names[this.#next]
    if (oldest !== undefined) {
      const left = this.count(oldest) - 1
      if (left === 0) this.#counts.delete(oldest)
      else this.#counts.set(oldest, left)
    }
    this.#names[this.#next] = name
    this.#next = (this.#next + 1) % this.#length
    this.#counts.set(name, this.count(name) + 1)
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0
  }
}
