import { numberInWhole, type Shard } from '../arrivals/shard.ts'
import type { DueRequest, RequestSource } from '../dispatch/request-source.ts'
import type { StartedRequest } from '../dispatch/started-request.ts'
import type { Ending } from '../recording/request-end.ts'
import { DueQueue } from './due-queue.ts'
import { IterationTally } from './iteration-tally.ts'
import type { ReadStep } from './session.ts'
import { beginDraw, thinkMs } from './think-time.ts'
import { joinsAtMs, leavesAtMs, type Users } from './users.ts'

/** A user who was set up. */
export interface ReadyUser<State> {
  readonly user: number
  readonly state: State
}

/** The schedule and steps of a load's users. Times are on one clock. */
export interface UserRequestsPlan<State> {
  readonly population: Users
  readonly ready: readonly ReadyUser<State>[]
  readonly steps: ReadonlyMap<string, ReadStep<State>>
  readonly seed: number
  readonly shard: Shard
  readonly startMs: number
  readonly warmUpMs: number
  readonly durationMs: number
}

/** A user in the course of a session. */
interface Visitor<State> extends ReadyUser<State> {
  dueAtMs: number
  /** The next step, and how many iterations and think times there have been. */
  step: number
  iteration: number
  thinks: number
  /** Service times of the steps of this iteration, in ms. */
  busyMs: number
  /** Whether the iteration began in the measurement. */
  isMeasured: boolean
}

/**
 * The requests of users: each does one step after the other, and thinks before each. What a user does
 * next depends on when the last step ended, so a slower system gets fewer requests.
 *
 * Nobody begins in lockstep: users who are there from the beginning have their first step at a time
 * drawn evenly from the warm-up, or from a mean think time if that is longer. Users who join later have
 * it when they join.
 *
 * There is no schedule that a request could be measured from, so its intended start is its actual
 * one: response times are service times. How late a user was woken after thinking is its lateness.
 */
export class UserRequests<State> implements RequestSource {
  readonly followsEnds = true
  readonly measureStartMs: number
  readonly #plan: UserRequestsPlan<State>
  readonly #steps: readonly (readonly [string, ReadStep<State>])[]
  readonly #endMs: number
  readonly #queue = new DueQueue<Visitor<State>>()
  readonly #iterations = new IterationTally()
  #taken = 0
  #planned = 0

  constructor(plan: UserRequestsPlan<State>) {
    this.#plan = plan
    this.#steps = [...plan.steps]
    this.measureStartMs = plan.startMs + plan.warmUpMs
    this.#endMs = this.measureStartMs + plan.durationMs
    for (const ready of plan.ready) {
      const dueAtMs = this.#beginsAtMs(ready.user)
      const nothingYet = { step: 0, iteration: 0, thinks: 0, busyMs: 0, isMeasured: false }
      if (dueAtMs < this.#endMs) this.#queue.add({ ...ready, dueAtMs, ...nothingYet })
    }
  }

  /** The due time of the next user, or the end of the load. */
  get nextDueMs(): number {
    return this.#queue.first?.dueAtMs ?? this.#endMs
  }

  /** Unknown, because the next user's answer may change who is second. */
  dueAfterMs(): number {
    return Infinity
  }

  get iterations(): IterationTally['figures'] {
    return this.#iterations.figures
  }

  isMeasuring(now: number): boolean {
    return now >= this.measureStartMs
  }

  isExhausted(now: number): boolean {
    return now >= this.#endMs
  }

  takenUntilMs(now: number): number {
    return now
  }

  take(now: number): DueRequest {
    const visitor = this.#queue.take()
    const [name, step] = this.#steps[visitor?.step ?? 0] ?? []
    if (visitor === undefined || name === undefined || step === undefined) {
      throw new TypeError('Nobody is due.')
    }
    const isWarmUp = now < this.measureStartMs
    if (!isWarmUp) this.#planned++
    if (visitor.step === 0) this.#beginIteration(visitor, isWarmUp)
    const { user, iteration, state, dueAtMs } = visitor
    return {
      operation: name,
      number: numberInWhole(this.#plan.shard, this.#taken++),
      dueAtMs,
      intendedAtMs: now,
      isWarmUp,
      run: (request: StartedRequest) =>
        step.run(Object.assign(request, { user, iteration, state })),
      onEnd: (ending, endedAtMs) => this.#end(visitor, ending, endedAtMs - now, endedAtMs),
    }
  }

  /** Nobody was due who wasn't let go on: no schedule runs ahead of the users. */
  notTaken(): readonly never[] {
    return []
  }

  plannedBefore(): number {
    return this.#planned
  }

  #beginIteration(visitor: Visitor<State>, isWarmUp: boolean): void {
    visitor.busyMs = 0
    visitor.isMeasured = !isWarmUp
    if (visitor.isMeasured) this.#iterations.start()
  }

  #end(visitor: Visitor<State>, ending: Ending, serviceMs: number, now: number): void {
    visitor.busyMs += serviceMs
    const isLast = visitor.step === this.#steps.length - 1
    if (ending === 'ok' && !isLast) {
      visitor.step++
    } else {
      if (visitor.isMeasured) {
        if (ending === 'ok') this.#iterations.complete(visitor.busyMs)
        else this.#iterations.break(ending, visitor.busyMs)
      }
      visitor.step = 0
      visitor.iteration++
    }
    this.#goOn(visitor, now)
  }

  /** Thinks, and then does the next step; unless the user leaves first, or the load ends. */
  #goOn(visitor: Visitor<State>, now: number): void {
    const { population, seed } = this.#plan
    visitor.dueAtMs = now + thinkMs(population.thinkTime, seed, visitor.user, visitor.thinks++)
    const leavesMs = this.measureStartMs + leavesAtMs(population, visitor.user)
    const isLeaving = visitor.step === 0 && visitor.dueAtMs >= leavesMs
    if (!isLeaving && visitor.dueAtMs < this.#endMs) this.#queue.add(visitor)
  }

  #beginsAtMs(user: number): number {
    const { population, seed, startMs, warmUpMs } = this.#plan
    const joinsMs = joinsAtMs(population, user)
    if (joinsMs > 0) return this.measureStartMs + joinsMs
    return startMs + beginDraw(seed, user) * Math.max(warmUpMs, population.thinkTime.meanMs)
  }
}
