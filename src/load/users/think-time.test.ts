import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { beginDraw, exponential, fixed, thinkMs, uniform, type ThinkTime } from './think-time.ts'
import { users } from './users.ts'

const seed = fc.integer()
const user = fc.nat(999_999)
const mean = fc.integer({ min: 1, max: 100_000 })
const ms = (time: number): Duration => `${time}ms`

const thinkTime: fc.Arbitrary<ThinkTime> = fc.oneof(
  mean.map((time) => exponential(ms(time))),
  mean.map((time) => fixed(ms(time))),
  fc.tuple(mean, mean).map(([a, b]) => uniform(ms(Math.min(a, b)), ms(Math.max(a, b)))),
)

describe('think times', () => {
  test('depend on seed, user and number only', () => {
    fc.assert(
      fc.property(thinkTime, seed, user, fc.nat(1_000), (time, s, u, n) => {
        const first = thinkMs(time, s, u, n)
        thinkMs(time, s + 1, u, n + 1)
        expect(thinkMs(time, s, u, n)).toBe(first)
      }),
    )
  })

  test('are finite and never negative', () => {
    fc.assert(
      fc.property(
        thinkTime,
        seed,
        user,
        fc.integer({ min: 0, max: 2 ** 32 - 2 }),
        (time, s, u, n) => {
          const drawn = thinkMs(time, s, u, n)
          expect(drawn).toBeGreaterThanOrEqual(0)
          expect(drawn).toBeLessThanOrEqual(10 * time.meanMs)
        },
      ),
    )
  })

  test('have the requested mean', () => {
    fc.assert(
      fc.property(thinkTime, seed, user, (time, s, u) => {
        const COUNT = 20_000
        let sum = 0
        for (let n = 0; n < COUNT; n++) sum += thinkMs(time, s, u, n)
        // Seven standard errors of an exponential distribution.
        expect(Math.abs(sum / COUNT / time.meanMs - 1)).toBeLessThan(0.05)
      }),
      { numRuns: 20 },
    )
  })

  test('differ from user to user, and from one time to the next', () => {
    const time = exponential('1s')
    const drawn = new Set<number>()
    for (let u = 0; u < 100; u++) for (let n = 0; n < 100; n++) drawn.add(thinkMs(time, 1, u, n))
    expect(drawn.size).toBeGreaterThan(9_990)
  })

  test('are below the median half of the time if exponential', () => {
    const time = exponential('1s')
    const COUNT = 10_000
    const below = Array.from({ length: COUNT }, (_, n) => thinkMs(time, 1, 0, n)).filter(
      (drawn) => drawn < 1_000 * Math.LN2,
    )
    expect(below.length / COUNT).toBeCloseTo(0.5, 1)
  })

  test('stay within their bounds if uniform', () => {
    fc.assert(
      fc.property(seed, fc.nat(10_000), (s, n) => {
        const drawn = thinkMs(uniform('0.5s', '1.5s'), s, 0, n)
        expect(drawn).toBeGreaterThanOrEqual(500)
        expect(drawn).toBeLessThan(1_500)
      }),
    )
  })

  test('are constant if fixed', () => {
    expect(thinkMs(fixed('1.5s'), 7, 3, 9)).toBe(1_500)
  })

  test('name their distribution', () => {
    const labels = [exponential('1s'), uniform('0.5s', '1.5s'), fixed('2s')].map(
      ({ label }) => label,
    )
    expect(labels).toEqual(['exponential, mean 1s', 'uniform, 0.5s to 1.5s', 'fixed, 2s'])
  })

  test('are exponential if only a mean is given', () => {
    const { label } = users(1, { thinkTime: '1s' }).thinkTime
    expect(label).toBe(exponential('1s').label)
  })

  test.each<[make: () => unknown, message: RegExp]>([
    [() => exponential('1' as Duration), /^exponential: mean: "1" is not a duration/],
    [() => fixed('-1s'), /^fixed: time: "-1s" is not a duration/],
    [() => uniform('2s', '1s'), /^uniform: the longest think time, 1s, is shorter/],
    [() => users(1, { thinkTime: 1_000 } as never), /^users: thinkTime: 1000 is not a think time/],
    [() => users(1, { thinkTime: 'soon' } as never), /^users: thinkTime: "soon" is not a duration/],
    [() => users(1, {} as never), /^users: thinkTime is missing/],
    [() => users(1, { thinktime: '1s' } as never), /no "thinktime"\. Did you mean "thinkTime"\?/],
  ])('rejects %s', (make, message) => {
    expect(make).toThrow(InputError)
    expect(make).toThrow(message)
  })
})

test('users begin at uniform times, independent of their think times', () => {
  const COUNT = 5_000
  const draws = Array.from({ length: COUNT }, (_, u) => beginDraw(1, u))
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...draws)).toBeLessThan(1)
  expect(draws.reduce((sum, draw) => sum + draw, 0) / COUNT).toBeCloseTo(0.5, 1)
})
