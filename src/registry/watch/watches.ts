import type { RegistrationChange } from './registration-change.ts'
import type { Watch } from './watch.ts'

/** The open watches of one store, which all receive the same changes. */
export class Watches {
  readonly #open = new Set<Watch>()
  #isInterrupted = false

  get size(): number {
    return this.#open.size
  }

  add(watch: Watch): void {
    this.#open.add(watch)
  }

  delete(watch: Watch): void {
    this.#open.delete(watch)
  }

  change(change: RegistrationChange): void {
    for (const watch of this.#open) watch.change(change)
  }

  interrupt(reason: string): void {
    this.#isInterrupted = true
    for (const watch of this.#open) watch.interrupt(reason)
  }

  /** Ends an interruption, if there was one. */
  heal(): void {
    if (!this.#isInterrupted) return
    this.#isInterrupted = false
    for (const watch of this.#open) watch.heal()
  }

  fail(error: unknown): void {
    for (const watch of this.#open) watch.fail(error)
  }

  end(): void {
    for (const watch of this.#open) watch.end()
  }
}
