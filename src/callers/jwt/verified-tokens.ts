import { hash } from 'node:crypto'

interface Verified<T> {
  readonly value: T
  /** By the monotonic clock. */
  readonly untilMs: number
}

/** What tokens were found to grant, by their hash: tokens themselves are not kept. The least recently used are forgotten. */
export class VerifiedTokens<T> {
  readonly #half: number
  /** Those used since the last turn, and those used before. */
  #recent = new Map<string, Verified<T>>()
  #older = new Map<string, Verified<T>>()

  /** @param capacity tokens at most, ≥ 2. */
  constructor(capacity: number) {
    this.#half = Math.ceil(capacity / 2)
  }

  /** The value and for how many ms it still holds; `null` if there is none. */
  get(token: string): { readonly value: T; readonly leftMs: number } | null {
    const key = hash('sha256', token, 'base64url')
    let found = this.#recent.get(key)
    if (found === undefined) {
      found = this.#older.get(key)
      if (found === undefined) return null
      this.#keep(key, found)
    }
    const leftMs = found.untilMs - performance.now()
    return leftMs > 0 ? { value: found.value, leftMs } : null
  }

  set(token: string, value: T, validForMs: number): void {
    this.#keep(hash('sha256', token, 'base64url'), {
      value,
      untilMs: performance.now() + validForMs,
    })
  }

  #keep(key: string, verified: Verified<T>): void {
    this.#recent.set(key, verified)
    if (this.#recent.size < this.#half) return
    this.#older = this.#recent
    this.#recent = new Map()
  }
}
