import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { defineWorkload } from './workload.ts'

const run = (): Promise<void> => Promise.resolve()

test('the same seed draws the same operations in any order', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uniqueArray(fc.nat(1e9)), (seed, numbers) => {
      const operations = { a: { run, weight: 1 }, b: { run, weight: 2 } }
      const forwards = numbers.map(defineWorkload(operations, seed).draw)
      const backwards = numbers.toReversed().map(defineWorkload(operations, seed).draw)
      expect(backwards.toReversed()).toEqual(forwards)
    }),
  )
})

test('every hundred requests match a mix of whole percentages exactly', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 99 }),
      fc.nat(1e7),
      (seed, percent, block) => {
        const operations = { a: { run, weight: percent }, b: { run, weight: 100 - percent } }
        const { draw } = defineWorkload(operations, seed)
        const drawn = Array.from({ length: 100 }, (_, i) => draw(block * 100 + i))
        expect(drawn.filter((name) => name === 'a')).toHaveLength(percent)
      },
    ),
  )
})

test('the order within a hundred requests is random', () => {
  const operations = { a: { run }, b: { run } }
  const seeds = 2_000
  const counts = Array.from({ length: 100 }, () => 0)
  for (let seed = 0; seed < seeds; seed++) {
    const { draw } = defineWorkload(operations, seed)
    for (let k = 0; k < 100; k++) if (draw(k) === 'a') counts[k] = (counts[k] ?? 0) + 1
  }
  const sigma = Math.sqrt(seeds / 4)
  for (const count of counts) expect(Math.abs(count - seeds / 2)).toBeLessThan(6 * sigma)
})

test.each([0, -50, Number.NaN, Infinity])('rejects a weight of %d', (weight) => {
  expect(() => defineWorkload({ register: { run, weight } }, 1)).toThrow(InputError)
})

test('rejects a workload without operations', () => {
  expect(() => defineWorkload({}, 1)).toThrow(InputError)
})
