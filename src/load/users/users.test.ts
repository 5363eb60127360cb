import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { joinsAtMs, labelOf, leavesAtMs, mostOf, presenceMs, rampUsers, users } from './users.ts'

const OPTIONS = { thinkTime: '1s' } as const
const count = fc.integer({ min: 0, max: 200 })
const over = fc.integer({ min: 1, max: 1_000 })

test('a constant number of users stays from beginning to end', () => {
  const population = users(50, OPTIONS)
  expect(population).toMatchObject({ label: '50 users', from: 50, to: 50 })
  expect([joinsAtMs(population, 49), leavesAtMs(population, 0)]).toEqual([0, Infinity])
})

test('a ramp follows its line at any time', () => {
  fc.assert(
    fc.property(
      count,
      count,
      over,
      fc.double({ min: 0, max: 2, noNaN: true }),
      (from, to, s, at) => {
        fc.pre(from + to > 0)
        const population = rampUsers(from, to, `${s}s`, OPTIONS)
        const nowMs = at * s * 1_000
        const numbers = Array.from({ length: mostOf(population) }, (_, user) => user)
        const present = numbers.filter(
          (user) => joinsAtMs(population, user) <= nowMs && nowMs < leavesAtMs(population, user),
        )
        const line = from + (to - from) * Math.min(at, 1)
        expect(Math.abs(present.length - line)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

test('presence adds up to the area below the line', () => {
  fc.assert(
    fc.property(count, count, over, (from, to, s) => {
      fc.pre(from + to > 0)
      const population = rampUsers(from, to, `${s}s`, OPTIONS)
      const measuredMs = 2 * s * 1_000
      let sum = 0
      for (let user = 0; user < mostOf(population); user++) {
        sum += presenceMs(population, user, measuredMs)
      }
      const area = ((from + to) / 2 + to) * s * 1_000
      // Users are whole, the line is not.
      expect(Math.abs(sum - area)).toBeLessThanOrEqual(s * 1_000)
    }),
  )
})

test('presence is cut by a shorter measurement', () => {
  expect(presenceMs(users(1, OPTIONS), 0, 300)).toBe(300)
  expect(presenceMs(rampUsers(0, 2, '1s', OPTIONS), 1, 300)).toBe(0)
})

test('the label of a load includes the think time', () => {
  expect(labelOf(users(1, OPTIONS))).toBe('1 user, think time exponential, mean 1s')
  expect(labelOf(users(2, { thinkTime: '0s' }))).toBe('2 users without think time')
  expect(labelOf(rampUsers(1, 50, '1m', OPTIONS))).toContain('1 to 50 users over 1m, think time')
})

test.each<[make: () => unknown, message: RegExp]>([
  [() => users(0, OPTIONS), /^users: count: 0 must be a whole number from 1 to 1000000/],
  [() => users(1.5, OPTIONS), /^users: count: 1\.5 must be a whole number/],
  [() => rampUsers(-1, 5, '1s', OPTIONS), /^rampUsers: from: -1 must be a whole number/],
  [() => rampUsers(0, 0, '1s', OPTIONS), /^rampUsers: from and to are both 0/],
  [() => rampUsers(1, 5, '0s', OPTIONS), /^rampUsers: over: "0s" must be longer than 0/],
  [() => rampUsers(1, 5, '1s', {} as never), /^rampUsers: thinkTime is missing/],
])('rejects %s', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
