import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyArrivals, ratedArrivals } from '../testing/arbitrary-arrivals.ts'
import { countDueBefore, MAX_REQUESTS } from './arrivals.ts'
import { constant } from './constant.ts'

describe('arrivals of any kind', () => {
  test('begin at 0 or later and never decrease', () => {
    fc.assert(
      fc.property(anyArrivals, fc.nat(2_000_000), (make, somewhere) => {
        const arrivals = make()
        for (const first of [0, somewhere]) {
          let last = 0
          for (let k = first; k < first + 300; k++) {
            const start = arrivals(k)
            if (!(start >= last)) expect.fail(`${arrivals.label}: ${k} at ${start} after ${last}`)
            last = start
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('are the same whatever the order of asking', () => {
    const numbers = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(anyArrivals, numbers, (make, asked) => {
        const inOrder = make()
        const last = Math.max(...asked)
        const starts = Float64Array.from({ length: last + 1 }, (_, k) => inOrder(k))
        const atRandom = make()
        expect(asked.map((k) => atRandom(k))).toEqual(asked.map((k) => starts[k]))
      }),
      { numRuns: 100 },
    )
  })

  test('number the first request after a window by the requests in and before it', () => {
    fc.assert(
      fc.property(anyArrivals, fc.double({ min: 0, max: 60_000, noNaN: true }), (make, ms) => {
        const arrivals = make()
        const count = countDueBefore(arrivals, ms)
        expect(arrivals(count)).toBeGreaterThanOrEqual(ms)
        if (count > 0) expect(arrivals(count - 1)).toBeLessThan(ms)
      }),
    )
  })
})

describe('arrivals with a rate', () => {
  test('have ∫rate requests in any window, give or take one', () => {
    const times = fc.oneof(
      fc.double({ min: 0, max: 600_000, noNaN: true }),
      fc.constantFrom(0, 1_000, 10_000, 60_000, 120_000),
    )
    fc.assert(
      fc.property(ratedArrivals, times, times, ({ make, dueBy }, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const arrivals = make()
        const count = countDueBefore(arrivals, to) - countDueBefore(arrivals, from)
        const rounding = 1e-10 * dueBy(to)
        expect(Math.abs(count - (dueBy(to) - dueBy(from)))).toBeLessThanOrEqual(1 + rounding)
      }),
      { numRuns: 1_000 },
    )
  })
})

test('counts 2,000 requests in 10 s at 200/s, the last due before the end', () => {
  expect(countDueBefore(constant(200), 10_000)).toBe(2_000)
  expect(constant(200)(1_999)).toBeLessThan(10_000)
})

test('rejects more requests than histograms can count, at any rate', () => {
  expect(countDueBefore(constant(MAX_REQUESTS), 1_000)).toBe(MAX_REQUESTS)
  for (const rate of [MAX_REQUESTS + 1, 1e12, 1e300]) {
    expect(() => countDueBefore(constant(rate), 1_000)).toThrow(
      /more than the maximum of 4,294,967,295/,
    )
  }
})
