import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from './input-error.ts'
import { defineWorkload } from './workload.ts'

const run = (): Promise<void> => Promise.resolve()

test('the same seed draws the same operations, in any order of asking', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uniqueArray(fc.nat(1e9)), (seed, numbers) => {
      const operations = { a: { run, weight: 1 }, b: { run, weight: 2 } }
      const forwards = numbers.map(defineWorkload(operations, seed).draw)
      const backwards = numbers.toReversed().map(defineWorkload(operations, seed).draw)
      expect(backwards.toReversed()).toEqual(forwards)
    }),
  )
})

test('operations are drawn in proportion to their weights', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 99 }), (seed, percent) => {
      const operations = { a: { run, weight: percent }, b: { run, weight: 100 - percent } }
      const { draw } = defineWorkload(operations, seed)
      const draws = 10_000
      let drawn = 0
      for (let k = 0; k < draws; k++) if (draw(k) === 'a') drawn++
      const share = percent / 100
      const sigma = Math.sqrt(draws * share * (1 - share))
      expect(Math.abs(drawn - draws * share)).toBeLessThan(6 * sigma)
    }),
  )
})

test.each([0, -50, Number.NaN, Infinity])('a weight of %d is refused', (weight) => {
  expect(() => defineWorkload({ register: { run, weight } }, 1)).toThrow(InputError)
})

test('a workload without operations is refused', () => {
  expect(() => defineWorkload({}, 1)).toThrow(InputError)
})
