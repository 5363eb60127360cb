/**
 * Runs the same work for many callers, one run at a time. A run serves only calls made before it began;
 * all waiting callers share the next run.
 */
export class SharedRound {
  readonly #work: (calledAtMs: number) => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  /** @param work receives the time of the first call that it serves, by `performance.now()`. */
  constructor(work: (calledAtMs: number) => Promise<void>) {
    this.#work = work
  }

  /** Resolves or rejects with the run that serves this call. */
  join(): Promise<void> {
    this.#waiting ??= this.#runAfter(this.#running, performance.now())
    return this.#waiting
  }

  async #runAfter(previous: Promise<void>, calledAtMs: number): Promise<void> {
    // Its own callers handle its failure.
    await previous.catch(() => {})
    this.#running = this.#waiting ?? Promise.resolve()
    this.#waiting = undefined
    await this.#work(calledAtMs)
  }
}
