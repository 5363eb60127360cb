import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { anyArrivals } from '../testing/arbitrary-arrivals.ts'
import { countDueBefore } from './arrivals.ts'
import { constant } from './constant.ts'
import { numberInWhole, shard } from './shard.ts'

const shares = fc
  .integer({ min: 1, max: 9 })
  .map((of) => Array.from({ length: of }, (_, index) => ({ index, of })))

test('shares are the whole: each request in exactly one of them, at its time', () => {
  fc.assert(
    fc.property(anyArrivals, shares, fc.nat(300), (make, all, length) => {
      const whole = make()
      const starts = new Map<number, number>()
      for (const share of all) {
        const arrivals = shard(make(), share)
        for (let j = 0; numberInWhole(share, j) < length; j++) {
          const number = numberInWhole(share, j)
          if (starts.has(number)) expect.fail(`${number} is in two shares`)
          starts.set(number, arrivals(j))
        }
      }
      const expected = Array.from({ length }, (_, k): [number, number] => [k, whole(k)])
      expect([...starts].sort(([a], [b]) => a - b)).toEqual(expected)
    }),
  )
})

test('in any time the shares have as many requests as the whole, none over one more than another', () => {
  const times = fc.double({ min: 0, max: 60_000, noNaN: true })
  fc.assert(
    fc.property(anyArrivals, shares, times, (make, all, ms) => {
      const counts = all.map((share) => countDueBefore(shard(make(), share), ms))
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
])('share $index of $of is refused, naming the argument', (share, message) => {
  expect(() => shard(constant(1), share)).toThrow(InputError)
  expect(() => shard(constant(1), share)).toThrow(message)
})
