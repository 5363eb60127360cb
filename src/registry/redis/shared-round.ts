/**
 * Runs the same work for many callers, one run at a time. A caller is answered by a run that began
 * after its call, never by one that is under way, and callers that wait share the next run.
 */
export class SharedRound {
  readonly #work: (calledAtMs: number) => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  /** @param work gets the time of the first call that it serves, by `performance.now()`. */
  constructor(work: (calledAtMs: number) => Promise<void>) {
    this.#work = work
  }

  /** Resolves or rejects with the run that serves this call. */
  join(): Promise<void> {
    this.#waiting ??= this.#runAfter(this.#running, performance.now())
    return this.#waiting
  }

  async #runAfter(previous: Promise<void>, calledAtMs: number): Promise<void> {
    // Its failure is its callers' to handle.
    await previous.catch(() => {})
    this.#running = this.#waiting ?? Promise.resolve()
    this.#waiting = undefined
    await this.#work(calledAtMs)
  }
}
