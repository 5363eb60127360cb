import { LoadNotes, type OperationNotes } from '../notes/load-notes.ts'
import type { CheckCondition } from '../notes/check-counts.ts'
import type { TagValues } from '../notes/tags.ts'
import type { LoadRequest } from '../workload.ts'
import { guardListeners } from './guard-listeners.ts'
import { stopReason, type StopCode } from './request-errors.ts'

/** The facts about a request when it starts. */
export type RequestFacts = Pick<LoadRequest, 'number' | 'intendedAtMs' | 'startedAtMs' | 'isWarmUp'>

/** The notes of a request outside a load. */
const NO_NOTES = new LoadNotes({}, 1, Infinity).warmUp

/**
 * A request as the generator hands it to its operation. What most operations never read is made when it
 * is first read. `{ ...request }` copies the facts and leaves the rest out; `({ data, check }) => …` is
 * fine, because nothing of it depends on `this`.
 */
export class StartedRequest implements LoadRequest {
  readonly number: number
  readonly intendedAtMs: number
  readonly startedAtMs: number
  readonly isWarmUp: boolean
  readonly #notes: OperationNotes
  #tagged: TagValues | null = null
  #stopCode: StopCode | null = null
  #controller: AbortController | null = null

  /** @param notes of its operation, or of the warm-up. */
  constructor(
    { number, intendedAtMs, startedAtMs, isWarmUp }: RequestFacts,
    notes: OperationNotes = NO_NOTES,
  ) {
    this.number = number
    this.intendedAtMs = intendedAtMs
    this.startedAtMs = startedAtMs
    this.isWarmUp = isWarmUp
    this.#notes = notes
  }

  get data(): unknown {
    return this.#notes.rowOf(this.number)
  }

  get check(): CheckCondition {
    return this.#notes.check
  }

  get tag(): (name: unknown, value: unknown) => void {
    return (name, value) => {
      this.#tagged = this.#notes.tagged(this.#tagged, name, value)
    }
  }

  get metrics(): object {
    return this.#notes.metrics
  }

  /** The values that its tags have by now; `null` as long as it has set none. */
  get tagged(): TagValues | null {
    return this.#tagged
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      guardListeners(this.#controller.signal)
      if (this.#stopCode !== null) this.#controller.abort(stopReason(this.#stopCode))
    }
    return this.#controller.signal
  }

  /** Tells the operation to give up. Calls after the first have no effect. */
  stop(code: StopCode): void {
    if (this.#stopCode !== null) return
    this.#stopCode = code
    this.#controller?.abort(stopReason(code))
  }
}
