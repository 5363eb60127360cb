import type { DueRequest } from './request-source.ts'
import type { RequestTrace } from '../tracing/request-tracer.ts'
import type { StartedRequest } from './started-request.ts'

/** A request that was started. */
export interface Flight {
  readonly due: DueRequest
  /** By `nowMs()`. The times of `request` are not used, because its operation could overwrite them. */
  readonly startedAtMs: number
  readonly request: StartedRequest
  /** `null` if requests are not traced, and in the warm-up. */
  readonly trace: RequestTrace | null
  /** Whether it was answered or given up, at its time-out or at the end of the grace period. */
  readonly hasEnded: boolean
  /** Whether its promise has settled. One that was given up runs on until then. */
  readonly hasSettled: boolean
}

/** An entry of the list of requests under way. */
interface ListedFlight extends Flight {
  hasEnded: boolean
  hasSettled: boolean
  before: ListedFlight | null
  after: ListedFlight | null
}

/**
 * The requests under way, in order of start, and how many run. All have the same timeout, so the
 * oldest is the first to reach it and one timer serves them all.
 *
 * A linked list: a request that ends is let go of at once, so that garbage collection doesn't find it
 * alive and copy it, which would hold up the requests that are due.
 */
export class InFlight {
  #oldest: ListedFlight | null = null
  #latest: ListedFlight | null = null
  #running = 0
  #underWay = 0

  /** The number of requests whose promises have not settled, given up or not. */
  get running(): number {
    return this.#running
  }

  /** The number of requests neither answered nor given up. */
  get underWay(): number {
    return this.#underWay
  }

  /** The number of requests that run on after they were given up. */
  get givenUp(): number {
    return this.#running - this.#underWay
  }

  add(
    due: DueRequest,
    startedAtMs: number,
    request: StartedRequest,
    trace: RequestTrace | null = null,
  ): Flight {
    const before = this.#latest
    const state = { hasEnded: false, hasSettled: false }
    const flight = { due, startedAtMs, request, trace, ...state, before, after: null }
    if (before === null) this.#oldest = flight
    else before.after = flight
    this.#latest = flight
    this.#running++
    this.#underWay++
    return flight
  }

  /**
   * Marks a flight as ended; `false` if it had ended already, as one that timed out before it was answered.
   * @param flight of this list.
   */
  end(flight: Flight): boolean {
    if (flight.hasEnded) return false
    const listed = flight as ListedFlight
    const { before, after } = listed
    if (before === null) this.#oldest = after
    else before.after = after
    if (after === null) this.#latest = before
    else after.before = before
    listed.hasEnded = true
    listed.before = listed.after = null
    this.#underWay--
    return true
  }

  /** Its promise has settled; a `then` of the operation's own may call back more than once. */
  settle(flight: Flight): void {
    if (flight.hasSettled) return
    const listed = flight as ListedFlight
    listed.hasSettled = true
    this.#running--
  }

  /** Requests under way, oldest first. The caller may end the current one meanwhile, but no other. */
  *[Symbol.iterator](): Generator<Flight> {
    for (let flight = this.#oldest; flight !== null;) {
      const { after } = flight
      yield flight
      flight = after
    }
  }
}
