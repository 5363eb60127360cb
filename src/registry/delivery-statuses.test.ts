import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeliveryStatuses } from './delivery-statuses.ts'
import type { DeliveryReport, DeliveryStatus } from './messenger.ts'
import { forEachNumber, type Ranges, rangesOf } from './targets/ranges.ts'
import { numberOf, TargetSet } from './targets/target-set.ts'

const GATEWAYS = ['a', 'b', null] as const
/** Some slots have no target: the set covers a part of its tables. */
const SLOTS = 70

/** The outcome for targets; `part` and `slots` may be outside the set. */
interface Step {
  readonly what: 'handled' | 'refused' | 'handed over'
  readonly isOne: boolean
  readonly part: number
  readonly slots: Ranges
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('handled', 'refused', 'handed over'),
  isOne: fc.boolean(),
  part: fc.nat({ max: GATEWAYS.length }),
  slots: fc
    .uniqueArray(fc.nat({ max: SLOTS + 40 }), { minLength: 1, maxLength: 30 })
    .map((slots) => rangesOf(slots)),
})

/** The targets in some slots of three tables. */
const someTargets = fc
  .array(fc.uniqueArray(fc.nat({ max: SLOTS - 1 }), { maxLength: SLOTS }), {
    minLength: GATEWAYS.length,
    maxLength: GATEWAYS.length,
  })
  .map((slotsByPart) => {
    const all = TargetSet.of(
      GATEWAYS.flatMap((gateway) =>
        Array.from({ length: SLOTS }, (_, slot) => ({ identity: `${gateway}-${slot}`, gateway })),
      ),
    )
    const parts = all.parts.map(({ table, slots }, part) => {
      const own = slots.slice().fill(0)
      for (const slot of slotsByPart[part] ?? []) {
        own[slot >>> 5] = (own[slot >>> 5] ?? 0) | (1 << (slot & 31))
      }
      return { table, slots: own }
    })
    return new TargetSet(parts)
  })

interface Known {
  readonly identity: string
  status: DeliveryStatus
}

/** The expected statuses by number. */
class Model {
  readonly byNumber = new Map<number, Known>()
  readonly #retried: boolean

  constructor(targets: TargetSet, retried: boolean) {
    this.#retried = retried
    for (const { identity, number } of targets) {
      this.byNumber.set(number, { identity, status: 'TIMEOUT' })
    }
  }

  take(what: Step['what'], number: number): void {
    const known = this.byNumber.get(number)
    if (known === undefined || known.status === 'DELIVERED') return
    if (known.status === 'FAILED' && !(this.#retried && what === 'handled')) return
    if (what === 'handled') known.status = 'DELIVERED'
    else known.status = what === 'refused' ? 'FAILED' : 'PENDING'
  }

  get remaining(): number {
    return [...this.byNumber.values()].filter(
      ({ status }) => status !== 'DELIVERED' && (this.#retried || status !== 'FAILED'),
    ).length
  }

  get statuses(): Map<string, DeliveryStatus> {
    return new Map([...this.byNumber.values()].map(({ identity, status }) => [identity, status]))
  }
}

function take({ what, isOne, part, slots }: Step, statuses: DeliveryStatuses, model: Model): void {
  const taken = isOne ? [slots[0] ?? 0, slots[0] ?? 0] : slots
  if (what === 'handed over') statuses.handOver(part, taken)
  else if (isOne) statuses.settle(numberOf(part, taken[0] ?? 0), what === 'handled')
  else statuses.settleSlots(part, taken, what === 'handled')
  forEachNumber(taken, (slot) => model.take(what, numberOf(part, slot)))
}

function expectReport(report: DeliveryReport, wanted: Map<string, DeliveryStatus>): void {
  const counts = { DELIVERED: 0, PENDING: 0, FAILED: 0, TIMEOUT: 0 }
  for (const status of wanted.values()) counts[status] += 1
  expect(report.counts).toEqual(counts)
  expect(report.size).toBe(wanted.size)
  const inAnyOrder = (entries: Iterable<readonly [string, DeliveryStatus]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  expect(inAnyOrder(report)).toEqual(inAnyOrder(wanted))
  expect(new Map(report)).toEqual(new Map(report.entries()))
  expect([...report.keys()]).toEqual([...report].map(([identity]) => identity))
  expect([...report.values()]).toEqual([...report].map(([, status]) => status))
  const visited: [string, DeliveryStatus][] = []
  report.forEach((status, identity, all) => {
    expect(all).toBe(report)
    visited.push([identity, status])
  })
  expect(visited).toEqual([...report])
  for (const identity of [...wanted.keys(), 'nobody', '__proto__']) {
    expect(report.get(identity)).toBe(wanted.get(identity))
    expect(report.has(identity)).toBe(wanted.has(identity))
  }
}

describe('the statuses of a send', () => {
  test.each([
    { tries: 'targets that are tried again', retried: true },
    { tries: 'targets that are tried once', retried: false },
  ])('match those in a plain map after any answers, of $tries', ({ retried }) => {
    fc.assert(
      fc.property(someTargets, fc.array(step), fc.array(step), (targets, steps, late) => {
        const statuses = new DeliveryStatuses(targets, { retried })
        const model = new Model(targets, retried)
        for (const each of steps) {
          take(each, statuses, model)
          expect(statuses.remaining).toBe(model.remaining)
        }
        const isOpen = ({ status }: Known): boolean => status !== 'DELIVERED'
        const open = [...model.byNumber].filter(([, known]) => isOpen(known))
        expect([...statuses.open()].map(({ number }) => number)).toEqual(
          open.map(([number]) => number),
        )
        for (const [number, known] of model.byNumber) {
          expect(statuses.isOpen(number)).toBe(isOpen(known))
        }
        const report = statuses.end()
        const wanted = model.statuses
        // Later answers change nothing, whether or not the report was read before.
        for (const each of late) take(each, statuses, model)
        expectReport(report, wanted)
      }),
    )
  })

  test('ignore targets outside the set', () => {
    const targets = TargetSet.of([{ identity: 'x', gateway: 'a' }])
    const statuses = new DeliveryStatuses(targets, { retried: false })
    for (const number of [-1, 1, 31, 32, 20_000]) {
      statuses.settle(number, true)
      expect(statuses.isOpen(number)).toBe(false)
    }
    expect(statuses.remaining).toBe(1)
    expect([...statuses.end()]).toEqual([['x', 'TIMEOUT']])
  })

  test('are complete for an empty set', () => {
    const statuses = new DeliveryStatuses(TargetSet.of([]), { retried: true })
    expect(statuses.remaining).toBe(0)
    expectReport(statuses.end(), new Map())
  })

  test('are logged as a map', () => {
    const targets = TargetSet.of([{ identity: 'x', gateway: null }])
    const statuses = new DeliveryStatuses(targets, { retried: false })
    statuses.settle(0, true)
    expect(inspect(statuses.end())).toBe(inspect(new Map([['x', 'DELIVERED']])))
  })
})
