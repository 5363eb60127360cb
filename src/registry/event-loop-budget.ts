import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * Says when long synchronous work has held the event loop for long enough and should give way to
 * other work: `if (budget.exhausted) await budget.renew()` between the steps.
 */
export class EventLoopBudget {
  readonly #budgetMs: number
  readonly #signal: AbortSignal | undefined
  #turnStartedAt: number | null = null

  /**
   * @param budgetMs how long the work may hold one turn of the event loop, in ms.
   * @param signal ends the work: whenever it gives way, it finds out.
   */
  constructor(budgetMs: number, signal?: AbortSignal) {
    this.#budgetMs = budgetMs
    this.#signal = signal
  }

  get exhausted(): boolean {
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

  /** Resolves in a later turn of the event loop. Rejects with the signal's reason once that is aborted. */
  async renew(): Promise<void> {
    await nextTurn()
    this.#signal?.throwIfAborted()
  }
}
