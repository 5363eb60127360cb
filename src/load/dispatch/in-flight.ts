import type { StartedRequest } from './started-request.ts'

/** A request that was started. */
export interface Flight {
  readonly operation: string
  readonly request: StartedRequest
  /** Whether it was answered, or given up: at its time-out or the end of the grace period. */
  hasEnded: boolean
  /** Whether its promise has settled. One that was given up runs on until then. */
  hasSettled: boolean
}

/** Ended flights are let go of in lots of this many, so that the list stays short. */
const FORGET_AFTER = 10_000

/**
 * The requests under way, in order of start, and how many run. All have the same timeout, so the
 * oldest is the first to reach it and one timer serves them all.
 */
export class InFlight {
  #order: Flight[] = []
  #oldest = 0
  #running = 0
  #underWay = 0

  /** How many run: their promises have not settled, whether or not they were given up. */
  get running(): number {
    return this.#running
  }

  /** How many have neither been answered nor given up. */
  get underWay(): number {
    return this.#underWay
  }

  /** How many were given up, but run on. */
  get givenUp(): number {
    return this.#running - this.#underWay
  }

  add(operation: string, request: StartedRequest): Flight {
    const flight = { operation, request, hasEnded: false, hasSettled: false }
    this.#order.push(flight)
    this.#running++
    this.#underWay++
    return flight
  }

  /** Marks a flight as ended; `false` if it had ended already, as one that timed out before it was answered. */
  end(flight: Flight): boolean {
    if (flight.hasEnded) return false
    flight.hasEnded = true
    this.#underWay--
    return true
  }

  /** Its promise has settled; a `then` of the operation's own may call back more than once. */
  settle(flight: Flight): void {
    if (flight.hasSettled) return
    flight.hasSettled = true
    this.#running--
  }

  /** Takes out those still under way for which `isOverdue` holds, oldest first, up to one for which it doesn't. */
  *takeWhile(isOverdue: (flight: Flight) => boolean): Generator<Flight> {
    for (let flight = this.#first(); flight !== undefined; flight = this.#first()) {
      if (!isOverdue(flight)) return
      this.#oldest++
      yield flight
    }
  }

  /** Those under way, oldest first. */
  *[Symbol.iterator](): Generator<Flight> {
    for (let index = this.#oldest; index < this.#order.length; index++) {
      const flight = this.#order[index]
      if (flight?.hasEnded === false) yield flight
    }
  }

  #first(): Flight | undefined {
    while (this.#order[this.#oldest]?.hasEnded === true) this.#oldest++
    if (this.#oldest > FORGET_AFTER) {
      this.#order = this.#order.slice(this.#oldest)
      this.#oldest = 0
    }
    return this.#order[this.#oldest]
  }
}
