import { Telemetry } from '../telemetry/telemetry.ts'
import { runShared, Waits } from '../telemetry/redis-call.ts'
import type { Span } from '@opentelemetry/api'

/**
 * Runs the same work for many callers, one run at a time. A run serves only calls made before it began;
 * all waiting callers share the next run.
 */
export class SharedRound {
  readonly #work: (calledAtMs: number) => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined
  readonly #telemetry: Telemetry
  /** For the next run, and for the one under way. */
  #waits = new Waits()
  #runningWaits = new Waits()

  /** @param work receives the time of the first call that it serves, by `performance.now()`. */
  constructor(work: (calledAtMs: number) => Promise<void>, telemetry: Telemetry = Telemetry.off) {
    this.#work = work
    this.#telemetry = telemetry
  }

  /** Resolves or rejects with the run that serves this call. */
  join(): Promise<void> {
    this.#waiting ??= this.#runAfter(this.#running, performance.now())
    const span = this.#telemetry.wait()
    return span === null ? this.#waiting : this.#traced(span, this.#waiting)
  }

  /** Shows the wait in its caller's trace, with the calls to Redis of its run and of the one before. */
  async #traced(span: Span, round: Promise<void>): Promise<void> {
    const waits = [this.#waits, this.#runningWaits]
    for (const wait of waits) wait.add(span)
    try {
      await round
    } finally {
      for (const wait of waits) wait.delete(span)
      span.end()
    }
  }

  async #runAfter(previous: Promise<void>, calledAtMs: number): Promise<void> {
    // Its own callers handle its failure.
    await previous.catch(() => {})
    this.#running = this.#waiting ?? Promise.resolve()
    this.#waiting = undefined
    const waits = this.#waits
    this.#runningWaits = waits
    this.#waits = new Waits()
    await runShared(waits, () => this.#work(calledAtMs))
  }
}
