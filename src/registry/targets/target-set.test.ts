import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeliveryTarget } from '../messenger.ts'
import { TABLE_SLOTS } from './name-table.ts'
import { numberOf, partOf, slotOf, TargetSet } from './target-set.ts'

const target: fc.Arbitrary<DeliveryTarget> = fc.record({
  identity: fc.nat({ max: 40 }).map((at) => `id-${at}`),
  gateway: fc.constantFrom<string | null>('a', 'b', null),
})

/** By identity; the first entry of duplicates. */
function modelOf(targets: Iterable<DeliveryTarget>): Map<string, string | null> {
  const model = new Map<string, string | null>()
  for (const { identity, gateway } of targets) {
    if (!model.has(identity)) model.set(identity, gateway)
  }
  return model
}

describe('a set of targets', () => {
  test('has each identity once, with its first gateway', () => {
    fc.assert(
      fc.property(fc.array(target, { maxLength: 80 }), (targets) => {
        const set = TargetSet.of(targets)
        const model = modelOf(targets)
        expect(modelOf(set)).toEqual(model)
        expect([...set]).toHaveLength(model.size)
        expect(set.size).toBe(model.size)
      }),
    )
  })

  test('numbers each target by its part and slot', () => {
    fc.assert(
      fc.property(fc.array(target, { maxLength: 80 }), (targets) => {
        const set = TargetSet.of(targets)
        for (const { identity, gateway, number } of set) {
          const table = set.parts[partOf(number)]?.table
          expect(table?.gateway).toBe(gateway)
          expect(table?.names[slotOf(number)]).toBe(identity)
          expect(numberOf(partOf(number), slotOf(number))).toBe(number)
        }
      }),
    )
  })

  test('holds more targets than a table has slots, under different numbers', () => {
    const count = 2 * TABLE_SLOTS + 5
    const targets = Array.from({ length: count }, (_, at) => ({ identity: `${at}`, gateway: 'a' }))
    const set = TargetSet.of(targets)
    expect(set.parts).toHaveLength(3)
    expect(new Set([...set].map(({ identity }) => identity)).size).toBe(count)
    expect(new Set([...set].map(({ number }) => number)).size).toBe(count)
  })

  test('is not copied if it already is one', () => {
    const set = TargetSet.of([{ identity: 'x', gateway: null }])
    expect(TargetSet.of(set)).toBe(set)
  })
})
