import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { burst } from './burst.ts'

test('bursts of 500/s for 10 s every 60 s make 5,000 requests per minute and none in between', () => {
  const arrivals = burst({ rate: 500, for: '10s', every: '60s' })
  expect(arrivals(0)).toBe(0)
  expect(arrivals(4_999)).toBe(9_998)
  expect(arrivals(5_000)).toBe(60_000)
  expect(countDueBefore(arrivals, 10_000)).toBe(5_000)
  expect(countDueBefore(arrivals, 60_000)).toBe(5_000)
  expect(countDueBefore(arrivals, 600_000)).toBe(50_000)
})

test('the base rate continues between bursts', () => {
  const arrivals = burst({ rate: 100, for: '1s', every: '3s', base: 10 })
  expect([99, 100, 101, 119, 120].map(arrivals)).toEqual([990, 1_000, 1_100, 2_900, 3_000])
})

test('bursts without a pause are a constant rate', () => {
  const arrivals = burst({ rate: 10, for: '1s', every: '1s' })
  expect([0, 9, 10, 11].map(arrivals)).toEqual([0, 900, 1_000, 1_100])
})

test('a cycle that a whole number of requests fills begins with a request, despite rounding', () => {
  for (let ms = 1; ms < 1_000; ms++) {
    const arrivals = burst({ rate: 1, for: `${ms}ms`, every: '1s' })
    // A cycle has ms/1,000 of a request, so a thousand have ms of them.
    for (let i = 1; i < 20; i++) expect(arrivals(i * ms)).toBe(i * 1_000_000)
  }
})

const fine = { rate: 10, for: '1s', every: '2s' } as const
test.each([
  [() => burst({ ...fine, rate: 0 }), /^burst: rate: 0/],
  [() => burst({ ...fine, for: '0s' }), /^burst: for: "0s"/],
  [() => burst({ ...fine, every: '0s' }), /^burst: every: "0s"/],
  [() => burst({ ...fine, every: '999ms' }), /^burst: every "999ms" .* for "1s"/],
  [() => burst({ ...fine, base: -1 }), /^burst: base: -1/],
])('rejects an invalid burst and names the argument (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
