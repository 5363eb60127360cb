import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crossover, type Changes } from './crossover.ts'
import { normalDraws, randomStream } from './random.ts'

const ALPHA = 0.025
const whole = fc.integer({ min: -1_000, max: 1_000 })
const changes: fc.Arbitrary<Changes> = fc.record({
  oldFirst: fc.array(whole, { minLength: 1, maxLength: 10 }),
  newFirst: fc.array(whole, { minLength: 1, maxLength: 10 }),
})

test('estimates the median of all averages of one change per order', () => {
  expect(crossover({ oldFirst: [1, 3], newFirst: [5] }, ALPHA).estimate).toBe((3 + 4) / 2)
  expect(crossover({ oldFirst: [2, 9], newFirst: [] }, ALPHA)).toEqual({
    estimate: 5.5,
    lower: -Infinity,
    upper: Infinity,
    pGreater: 1,
    pLess: 1,
  })
})

test('an order effect cancels out', () => {
  fc.assert(
    fc.property(changes, whole, ({ oldFirst, newFirst }, order) => {
      const moved = {
        oldFirst: oldFirst.map((change) => change + order),
        newFirst: newFirst.map((change) => change - order),
      }
      expect(crossover(moved, ALPHA)).toEqual(crossover({ oldFirst, newFirst }, ALPHA))
    }),
  )
})

test('negating the changes mirrors the result', () => {
  fc.assert(
    fc.property(changes, ({ oldFirst, newFirst }) => {
      const there = crossover({ oldFirst, newFirst }, ALPHA)
      const turned = (values: readonly number[]) => values.map((value) => 0 - value)
      const back = crossover({ oldFirst: turned(oldFirst), newFirst: turned(newFirst) }, ALPHA)
      expect(back.estimate).toBeCloseTo(-there.estimate, 9)
      expect(back.lower).toBe(0 - there.upper)
      expect(back.pGreater).toBeCloseTo(there.pLess, 12)
    }),
  )
})

test('without ties, the interval is above 0 exactly if the test is significant', () => {
  fc.assert(
    fc.property(changes, ({ oldFirst, newFirst }) => {
      const { lower, pGreater } = crossover({ oldFirst, newFirst }, ALPHA)
      const all = [...oldFirst, ...newFirst.map((change) => 0 - change)]
      if (new Set(all).size === all.length) expect(lower > 0).toBe(pGreater <= ALPHA)
    }),
  )
})

test('equal versions alarm at the level, whatever the distribution and the order effect', () => {
  const normal = normalDraws(randomStream(1, 0))
  const secondLessFirst = () => 0.5 + Math.exp(normal())
  const trials = 4_000
  let alarms = 0
  for (let trial = 0; trial < trials; trial++) {
    const oldFirst = Array.from({ length: 5 }, secondLessFirst)
    const newFirst = Array.from({ length: 5 }, () => 0 - secondLessFirst())
    if (crossover({ oldFirst, newFirst }, ALPHA).pGreater <= ALPHA) alarms++
  }
  // Four of 252 ways are the most at 2.5 %: 1.6 %, give or take three standard errors.
  expect(Math.abs(alarms / trials - 4 / 252)).toBeLessThan(0.006)
})
