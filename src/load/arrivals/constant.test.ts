import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { constant } from './constant.ts'

const rates = fc.double({ min: 0.01, max: 1e5, noNaN: true })

describe('constant arrivals', () => {
  test('never decrease, and begin at 0 with one request, not a burst', () => {
    fc.assert(
      fc.property(rates, fc.nat(1e6), (rate, k) => {
        const arrivals = constant(rate)
        expect(arrivals(0)).toBe(0)
        expect(arrivals(k + 1)).toBeGreaterThan(arrivals(k))
      }),
    )
  })

  test('in any window number rate × window, give or take one', () => {
    const times = fc.double({ min: 0, max: 60_000, noNaN: true })
    fc.assert(
      fc.property(rates, times, times, (rate, a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const arrivals = constant(rate)
        const count = countDueBefore(arrivals, to) - countDueBefore(arrivals, from)
        expect(Math.abs(count - ((to - from) * rate) / 1_000)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('of %s/s are refused', (rate) => {
    expect(() => constant(rate)).toThrow(InputError)
  })

  test('at 200/s are 2,000 in 10 s, the last one due before the end', () => {
    expect(countDueBefore(constant(200), 10_000)).toBe(2_000)
    expect(constant(200)(1_999)).toBeLessThan(10_000)
  })
})
