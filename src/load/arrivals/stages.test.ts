import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { constant } from './constant.ts'
import { poisson } from './poisson.ts'
import { ramp } from './ramp.ts'
import { stages } from './stages.ts'
import { steps } from './steps.ts'

test('stages follow one another, each from its own beginning, and end', () => {
  const arrivals = stages([
    { arrivals: constant(2), for: '1s' },
    { arrivals: ramp(0, 4, '2s'), for: '2s' },
    { arrivals: constant(1), for: '2s' },
  ])
  const starts = Array.from({ length: 9 }, (_, k) => arrivals(k))
  expect(starts.slice(0, 3)).toEqual([0, 500, 1_000])
  expect(starts.slice(6)).toEqual([3_000, 4_000, Infinity])
  expect(arrivals.label).toBe(
    'constant 2/s for 1s, then ramp 0/s to 4/s over 2s for 2s, then constant 1/s for 2s',
  )
})

test('a stage whose schedule ends early is followed by a pause', () => {
  const short = steps([{ rate: 1, for: '1s' }])
  const arrivals = stages([
    { arrivals: short, for: '5s' },
    { arrivals: constant(1), for: '1s' },
  ])
  expect([0, 1, 2].map(arrivals)).toEqual([0, 5_000, Infinity])
})

test('skips a stage without requests', () => {
  const arrivals = stages([
    { arrivals: poisson(0.001, { seed: 1 }), for: '1ms' },
    { arrivals: constant(1), for: '1s' },
  ])
  expect([0, 1].map(arrivals)).toEqual([1, Infinity])
})

test('nested stages have all requests of their stages', () => {
  const minute = stages([
    { arrivals: constant(10), for: '30s' },
    { arrivals: constant(20), for: '30s' },
  ])
  const hour = stages(Array.from({ length: 60 }, () => ({ arrivals: minute, for: '1m' }) as const))
  expect(countDueBefore(hour, Infinity)).toBe(60 * 900)
})

test.each([
  [() => stages([]), /^stages: no request is due/],
  [() => stages([{ arrivals: constant(1), for: '0s' }]), /^stages\[0\]: for: "0s"/],
])('rejects invalid stages and names the argument (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
