import type { LoadRequest } from '../workload.ts'
import { guardListeners } from './guard-listeners.ts'
import { RequestStoppedError, type StopCode } from './request-stopped.ts'

/**
 * A request as the generator hands it to its operation. The signal is made when it is first read,
 * because most operations never read it. `{ ...request }` copies the facts and leaves it out.
 */
export class StartedRequest implements LoadRequest {
  readonly number: number
  readonly intendedAtMs: number
  readonly startedAtMs: number
  readonly isWarmUp: boolean
  #stopCode: StopCode | null = null
  #controller: AbortController | null = null

  constructor({ number, intendedAtMs, startedAtMs, isWarmUp }: Omit<LoadRequest, 'signal'>) {
    this.number = number
    this.intendedAtMs = intendedAtMs
    this.startedAtMs = startedAtMs
    this.isWarmUp = isWarmUp
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController()
      guardListeners(this.#controller.signal)
      if (this.#stopCode !== null) this.#controller.abort(new RequestStoppedError(this.#stopCode))
    }
    return this.#controller.signal
  }

  /** Tells the operation to give up. Calls after the first have no effect. */
  stop(code: StopCode): void {
    if (this.#stopCode !== null) return
    this.#stopCode = code
    this.#controller?.abort(new RequestStoppedError(code))
  }
}
