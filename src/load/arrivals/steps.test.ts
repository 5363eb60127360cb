import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { steps } from './steps.ts'

test('steps follow one another, pause at a rate of 0, and end', () => {
  const arrivals = steps([
    { rate: 10, for: '1s' },
    { rate: 0, for: '5s' },
    { rate: 2, for: '1s' },
  ])
  expect(Array.from({ length: 13 }, (_, k) => arrivals(k))).toEqual([
    0,
    100,
    200,
    300,
    400,
    500,
    600,
    700,
    800,
    900,
    6_000,
    6_500,
    Infinity,
  ])
})

test('steps carry fractional requests over: a hundred half requests make fifty', () => {
  const halves = Array.from({ length: 100 }, () => ({ rate: 0.5, for: '1s' }) as const)
  expect(countDueBefore(steps(halves), Infinity)).toBe(50)
})

test('steps have no extra request from a rounding error', () => {
  expect(0.07 * 100).toBeGreaterThan(7)
  expect(countDueBefore(steps([{ rate: 0.07, for: '100s' }]), Infinity)).toBe(7)
  const tenths = Array.from({ length: 30 }, () => ({ rate: 0.1, for: '1s' }) as const)
  expect(countDueBefore(steps(tenths), Infinity)).toBe(3)
})

test.each([
  [() => steps([]), /^steps: no request is due/],
  [() => steps([{ rate: 0, for: '1s' }]), /^steps: no request is due/],
  [
    () =>
      steps([
        { rate: 1, for: '1s' },
        { rate: -1, for: '1s' },
      ]),
    /^steps\[1\]: rate: -1/,
  ],
  [() => steps([{ rate: 1, for: '0s' }]), /^steps\[0\]: for: "0s" must be longer/],
])('rejects invalid steps and names the argument (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
