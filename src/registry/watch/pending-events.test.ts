import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Registration } from '../registration.ts'
import { BEGINNING, PendingEvents, type Untold } from './pending-events.ts'
import { Picture } from '../testing/picture.ts'
import type { WatchNews } from './watch-event.ts'

const identities = ['a', 'b', 'c', 'd']
/** The three markers and one event for each identity. */
const MAX_PENDING = identities.length + 3

type Step =
  | { readonly kind: 'register' | 'renew' | 'move' | 'leave'; readonly identity: string }
  | { readonly kind: 'take' | 'interrupt' | 'heal' | 'reset' }

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('register', 'renew', 'move', 'leave'),
        identity: fc.constantFrom(...identities),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: 'take' as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('interrupt', 'heal', 'reset') }),
    },
  ),
  { maxLength: 80, size: 'max' },
) satisfies fc.Arbitrary<Step[]>

/** A store with one watch of everything, and its consumer. */
class Watched {
  readonly pending: PendingEvents
  readonly truth = new Map<string, Registration>()
  readonly picture = new Picture()
  /** The identity of the n-th change; the position after it is n + 1. */
  readonly log: string[] = []
  readonly taken: { news: WatchNews; from: string; picture: Picture }[] = []
  isInterrupted = false

  constructor(renewals: boolean) {
    this.pending = new PendingEvents(renewals)
  }

  get position(): string {
    return String(this.log.length)
  }

  get registrations(): readonly Registration[] {
    return [...this.truth.keys()].sort().flatMap((identity) => this.truth.get(identity) ?? [])
  }

  do(step: Step): void {
    switch (step.kind) {
      case 'take':
        this.take()
        return
      case 'interrupt':
        this.isInterrupted = true
        return this.pending.interrupt('lost', this.position)
      case 'heal':
        this.isInterrupted = false
        return this.pending.heal(this.position)
      case 'reset':
        this.isInterrupted = false
        return this.pending.reset(this.registrations, this.position)
      default:
        return this.#change(step.identity, step.kind)
    }
  }

  take(): boolean {
    const taken = this.pending.take(this.position)
    if (taken === undefined) return false
    this.picture.apply(taken.news)
    const picture = new Picture({ isExact: false, held: this.picture.held })
    this.taken.push({ ...taken, picture })
    return true
  }

  #change(identity: string, kind: 'register' | 'renew' | 'move' | 'leave'): void {
    const before = this.truth.get(identity) ?? null
    const version = this.log.length + 1
    const registered: Registration = {
      identity,
      metadata: { version },
      registeredAt: version,
      expiresAt: version + 10,
      gateway: null,
    }
    const changed = {
      register: registered,
      leave: null,
      renew: before && { ...before, expiresAt: version + 10 },
      // To one of two values, so it may return to the previous one.
      move: before && { ...before, gateway: before.gateway === 'g1' ? 'g2' : 'g1' },
    }[kind]
    this.pending.change(identity, before, changed, 'unregistered', this.position)
    if (changed === null) this.truth.delete(identity)
    else this.truth.set(identity, changed)
    this.log.push(identity)
  }
}

describe('Pending events', () => {
  const watched = (renewals: boolean, start: readonly Step[]): Watched => {
    const each = new Watched(renewals)
    for (const step of start) if ('identity' in step) each.do(step)
    each.pending.clear()
    each.pending.begin(each.registrations, each.position)
    return each
  }

  test('are at most one per identity, and are complete once taken', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, steps, (renewals, start, then) => {
        const each = watched(renewals, start)
        for (const step of then) {
          each.do(step)
          expect(each.pending.size).toBeLessThanOrEqual(MAX_PENDING)
        }
        while (each.take());
        expect(quoted(each.picture.registrations, renewals)).toEqual(
          quoted(each.registrations, renewals),
        )
        expect(each.picture.faults).toEqual([])
        expect(each.picture.isCurrent).toBe(!each.isInterrupted)
      }),
    )
  })

  test('never report an earlier state of an identity after a later one', () => {
    fc.assert(
      fc.property(steps, (then) => {
        const each = watched(false, [])
        for (const step of then) each.do(step)
        while (each.take());
        const latest = new Map<string, number>()
        for (const { news } of each.taken) {
          if (!('registration' in news)) continue
          const { identity, registeredAt } = news.registration
          expect(registeredAt).toBeGreaterThanOrEqual(latest.get(identity) ?? 0)
          latest.set(identity, registeredAt)
        }
      }),
    )
  })

  test('are complete when resumed after any event', () => {
    fc.assert(
      fc.property(fc.boolean(), steps, steps, steps, (renewals, start, then, later) => {
        const each = watched(renewals, start)
        for (const step of then) each.do(step)
        while (each.take());
        for (const { from, picture } of each.taken) {
          const resumed = new Watched(renewals)
          for (const [identity, registration] of each.truth)
            resumed.truth.set(identity, registration)
          resumed.log.push(...each.log)
          // Changes during the read of the log are already noted.
          for (const step of later) if ('identity' in step) resumed.do(step)
          if (from === BEGINNING) resumed.pending.reset(resumed.registrations, resumed.position)
          else {
            const untold = new Map<string, Untold>()
            for (const identity of each.log.slice(Number(from))) {
              const now = each.truth.get(identity) ?? null
              untold.set(identity, { known: undefined, now, reason: 'expired' })
            }
            resumed.pending.resume(untold, from, resumed.position)
          }
          for (let taken; (taken = resumed.pending.take(resumed.position));) {
            picture.apply(taken.news)
          }
          expect(quoted(picture.registrations, renewals)).toEqual(
            quoted(resumed.registrations, renewals),
          )
          expect(picture.isCurrent).toBe(true)
        }
      }),
    )
  })

  test('report an interruption only once', () => {
    const pending = new PendingEvents(false)
    const namesOf = () => {
      const names: string[] = []
      for (let taken; (taken = pending.take('1'));) names.push(taken.news.type)
      return names
    }
    pending.heal('1')
    expect(namesOf()).toEqual([])
    pending.interrupt('lost', '1')
    pending.heal('1')
    expect(namesOf()).toEqual([])
    pending.interrupt('lost', '1')
    pending.interrupt('lost again', '1')
    expect(namesOf()).toEqual(['interrupted'])
    pending.heal('1')
    pending.interrupt('lost', '1')
    expect(namesOf()).toEqual([])
    pending.heal('1')
    expect(namesOf()).toEqual(['current'])
  })
})

/** Omits the changes that a watch without renewals omits. */
function quoted(registrations: readonly Registration[], renewals: boolean): readonly unknown[] {
  return renewals
    ? registrations
    : registrations.map(({ identity, metadata, registeredAt, gateway }) => {
        return { identity, metadata, registeredAt, gateway }
      })
}
