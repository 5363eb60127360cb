import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TABLE_SLOTS } from './name-table.ts'
import { NameTables } from './name-tables.ts'
import type { TargetSet } from './target-set.ts'

type Gateway = string | null
type Model = Map<string, Gateway>

/** A change to a run of numbered identities. */
interface Step {
  readonly what: 'put' | 'remove' | 'churn'
  readonly gateway: Gateway
  readonly first: number
  readonly count: number
}

function stepsOf(identities: number, longestRun: number): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.record({
      what: fc.constantFrom('put', 'put', 'remove', 'churn'),
      gateway: fc.constantFrom<Gateway>('a', 'a', 'b', null),
      first: fc.nat({ max: identities - 1 }),
      count: fc.integer({ min: 1, max: longestRun }),
    }),
    { minLength: 1, maxLength: 14 },
  )
}

function take({ what, gateway, first, count }: Step, tables: NameTables, model: Model): void {
  for (let at = first; at < first + count; at += 1) {
    const identity = `id-${at}`
    if (what === 'put') {
      tables.put(identity, gateway)
      model.set(identity, gateway)
      continue
    }
    if (what === 'churn') tables.put(identity, gateway)
    tables.remove(identity)
    model.delete(identity)
  }
}

function listed(set: TargetSet): Model {
  const found: Model = new Map()
  for (const { identity, gateway } of set) {
    expect(found.has(identity)).toBe(false)
    found.set(identity, gateway)
  }
  expect(found.size).toBe(set.size)
  return found
}

function sorted(model: Model): readonly (readonly [string, Gateway])[] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

function expectSame(set: TargetSet, model: Model): void {
  expect(sorted(listed(set))).toEqual(sorted(model))
}

/** All but one of a gateway's tables have at least half as many live names as slots. */
function expectFewTables(set: TargetSet, model: Model): void {
  for (const gateway of ['a', 'b', null]) {
    const tables = set.parts.filter(({ table }) => table.gateway === gateway).length
    const live = [...model.values()].filter((each) => each === gateway).length
    expect((tables - 1) * (TABLE_SLOTS / 2)).toBeLessThanOrEqual(live)
  }
}

describe('tables of names', () => {
  test.each([
    { size: 'a few names', identities: 60, longestRun: 20, numRuns: 300 },
    { size: 'more names than one table has', identities: 24_000, longestRun: 20_000, numRuns: 5 },
  ])(
    'have every identity at its gateway after any changes, with $size',
    ({ identities, longestRun, numRuns }) => {
      fc.assert(
        fc.property(stepsOf(identities, longestRun), fc.nat({ max: 7 }), (steps, modulus) => {
          const tables = new NameTables()
          const model: Model = new Map()
          for (const step of steps) {
            take(step, tables, model)
            expectFewTables(tables.all(), model)
          }
          expectSame(tables.all(), model)
          const some = [...model.keys(), 'nobody'].filter((_, at) => at % (modulus + 1) === 0)
          // The current gateways of present identities count, not those at the time of selection.
          const chosen = some.map((identity) => ({ identity, gateway: 'as chosen' }))
          const reached = some.map((identity): readonly [string, string | null] => {
            const gateway = model.get(identity)
            return [identity, gateway === undefined ? 'as chosen' : gateway]
          })
          expectSame(tables.of(chosen), new Map(reached))
        }),
        { numRuns },
      )
    },
    60_000,
  )

  test.each([
    { size: 'a few names', identities: 60, longestRun: 20, numRuns: 200 },
    { size: 'more names than one table has', identities: 24_000, longestRun: 20_000, numRuns: 5 },
  ])(
    'return sets of targets that never change, with $size',
    ({ identities, longestRun, numRuns }) => {
      fc.assert(
        fc.property(stepsOf(identities, longestRun), (steps) => {
          const tables = new NameTables()
          const model: Model = new Map()
          const given: { readonly set: TargetSet; readonly wanted: Model }[] = []
          for (const step of steps) {
            take(step, tables, model)
            const some = [...model.keys()].filter((_, at) => at % 3 === 0)
            given.push({ set: tables.all(), wanted: new Map(model) })
            given.push({
              set: tables.of(some.map((identity) => ({ identity, gateway: null }))),
              wanted: new Map(some.map((identity) => [identity, model.get(identity) ?? null])),
            })
          }
          for (const { set, wanted } of given) expectSame(set, wanted)
        }),
        { numRuns },
      )
    },
    60_000,
  )

  test('use no more memory each time an identity comes and goes', () => {
    const tables = new NameTables()
    tables.put('stays', 'a')
    for (let round = 0; round < 5; round += 1) {
      // The name that fills a table stays.
      for (let at = 0; at < TABLE_SLOTS - 2; at += 1) {
        tables.put('comes and goes', 'a')
        tables.remove('comes and goes')
      }
      tables.put(`stays too ${round}`, 'a')
    }
    expect(tables.all().size).toBe(6)
    expect(tables.all().parts.length).toBeLessThanOrEqual(1)
  })

  test('keep the slot of a name that is reregistered at the same gateway', () => {
    const tables = new NameTables()
    for (const name of ['x', 'y', 'z']) tables.put(name, 'a')
    const before = [...tables.all()]
    tables.put('y', 'a')
    expect([...tables.all()]).toEqual(before)
  })
})
