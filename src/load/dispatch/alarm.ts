import type { Wait } from './wait.ts'

/** A `Wait` that can be ended sooner: by an answer, say, that makes its user's next request due. */
export class Alarm {
  readonly #wait: Wait
  /** The wait under way that ends first. */
  #pending: { readonly untilMs: number; readonly over: Promise<void> } | null = null
  #untilMs = -Infinity
  #ring: () => void = () => {}

  constructor(wait: Wait) {
    this.#wait = wait
  }

  /** Resolves at about `timeMs`, as a `Wait` does, or after `bringForward`. Call again once it has. */
  until(timeMs: number): Promise<void> {
    if (this.#pending === null || timeMs < this.#pending.untilMs) {
      const over = this.#wait(timeMs).then(() => {
        if (this.#pending === pending) this.#pending = null
      })
      const pending = { untilMs: timeMs, over }
      this.#pending = pending
    }
    this.#untilMs = timeMs
    const rung = new Promise<void>((resolve) => {
      // Not at once: an operation that answers without I/O would never let any in.
      this.#ring = () => setImmediate(resolve)
    })
    return Promise.race([this.#pending.over, rung])
  }

  /** Something is due at `timeMs`: ends the present `until` if that is sooner. */
  bringForward(timeMs: number): void {
    if (timeMs >= this.#untilMs) return
    this.#untilMs = timeMs
    this.#ring()
  }
}
