/**
 * Runs the same work for many callers, one run at a time. A caller is answered by a run that began
 * after its call, never by one that is under way, and callers that wait share the next run.
 */
export class SharedRound {
  readonly #work: () => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  /** Resolves or rejects with the run that serves this call. */
  join(): Promise<void> {
    this.#waiting ??= this.#runAfter(this.#running)
    return this.#waiting
  }

  async #runAfter(previous: Promise<void>): Promise<void> {
    // Its failure is its callers' to handle.
    await previous.catch(() => {})
    this.#running = this.#waiting ?? Promise.resolve()
    this.#waiting = undefined
    await this.#work()
  }
}
