import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Makes long synchronous work yield to the event loop: call `if (budget.check()) await budget.renew()`
 * between its steps.
 */
export class EventLoopBudget {
  readonly #budgetMs: number
  readonly #signal: AbortSignal | undefined
  #turnStartedAt: number | null = null

  /**
   * @param budgetMs maximum time per turn of the event loop, in ms.
   * @param signal ends the work at its next yield.
   */
  constructor(budgetMs: number, signal?: AbortSignal) {
    this.#budgetMs = budgetMs
    this.#signal = signal
  }

  /** Starts timing this turn, or returns whether the turn's budget is spent and the work should yield. */
  check(): boolean {
    const now = performance.now()
    if (this.#turnStartedAt === null) {
      this.#turnStartedAt = now
      setImmediate(() => {
        this.#turnStartedAt = null
      })
      return false
    }
    return now - this.#turnStartedAt >= this.#budgetMs
  }

  /** Yields to the event loop. Rejects with the signal's reason if the signal is aborted. */
  async renew(): Promise<void> {
    await nextTurn()
    this.#signal?.throwIfAborted()
  }
}
