interface Verified<T> {
  readonly value: T
  /** When the token ends, and until when it isn't verified again, by the monotonic clock. */
  readonly endsMs: number
  readonly untilMs: number
}

/**
 * What tokens were found to grant. The least recently used are forgotten. The tokens themselves are the keys: to find one by
 * its SHA-256 would take half of the time of a decision, and who can read this process's memory finds tokens in its requests.
 */
export class VerifiedTokens<T> {
  readonly #half: number
  /** Those used since the last turn, and those used before. */
  #recent = new Map<string, Verified<T>>()
  #older = new Map<string, Verified<T>>()

  /** @param capacity tokens at most, ≥ 2. */
  constructor(capacity: number) {
    this.#half = Math.ceil(capacity / 2)
  }

  /** The value, and for how many ms the token is still valid; `null` if it has to be verified. */
  get(token: string): { readonly value: T; readonly leftMs: number } | null {
    let found = this.#recent.get(token)
    if (found === undefined) {
      found = this.#older.get(token)
      if (found === undefined) return null
      this.#keep(token, found)
    }
    const now = performance.now()
    return now < found.untilMs ? { value: found.value, leftMs: found.endsMs - now } : null
  }

  /** @param validForMs until the token ends. @param keepForMs until it has to be verified again. */
  set(token: string, value: T, validForMs: number, keepForMs: number): void {
    const now = performance.now()
    this.#keep(token, {
      value,
      endsMs: now + validForMs,
      untilMs: now + Math.min(validForMs, keepForMs),
    })
  }

  #keep(token: string, verified: Verified<T>): void {
    this.#recent.set(token, verified)
    if (this.#recent.size < this.#half) return
    this.#older = this.#recent
    this.#recent = new Map()
  }
}
