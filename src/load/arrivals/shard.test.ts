import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { anyArrivals } from '../testing/arbitrary-arrivals.ts'
import { countDueBefore } from './arrivals.ts'
import { constant } from './constant.ts'
import { numberInWhole, shardOf } from './shard.ts'

const shards = fc
  .integer({ min: 1, max: 9 })
  .map((of) => Array.from({ length: of }, (_, index) => ({ index, of })))

test('every request is in exactly one shard, at its time in the whole', () => {
  fc.assert(
    fc.property(anyArrivals, shards, fc.nat(300), (make, all, length) => {
      const whole = make()
      const starts = new Map<number, number>()
      for (const shard of all) {
        const arrivals = shardOf(make(), shard)
        for (let j = 0; numberInWhole(shard, j) < length; j++) {
          const number = numberInWhole(shard, j)
          if (starts.has(number)) expect.fail(`${number} is in two shards`)
          starts.set(number, arrivals(j))
        }
      }
      const expected = Array.from({ length }, (_, k): [number, number] => [k, whole(k)])
      expect([...starts].sort(([a], [b]) => a - b)).toEqual(expected)
    }),
  )
})

test('in any time, the shards have as many requests as the whole, and differ by at most one', () => {
  const times = fc.double({ min: 0, max: 60_000, noNaN: true })
  fc.assert(
    fc.property(anyArrivals, shards, times, (make, all, ms) => {
      const counts = all.map((shard) => countDueBefore(shardOf(make(), shard), ms))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(countDueBefore(make(), ms))
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }),
  )
})

test.each([
  [{ index: 0, of: 0 }, /^shard: of 0/],
  [{ index: 0, of: 1.5 }, /^shard: of 1.5/],
  [{ index: 3, of: 3 }, /^shard: index 3 must be a whole number from 0 to 2/],
  [{ index: -1, of: 3 }, /^shard: index -1/],
  [{ index: 0.5, of: 3 }, /^shard: index 0.5/],
])('rejects shard $index of $of and names the argument', (shard, message) => {
  expect(() => shardOf(constant(1), shard)).toThrow(InputError)
  expect(() => shardOf(constant(1), shard)).toThrow(message)
})
