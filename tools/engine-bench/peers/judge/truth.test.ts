import { expect, test } from 'vitest'
import { trueTimes } from './truth.ts'

const LOAD = {
  ratePerSecond: 1_000,
  warmUpMs: 1_000,
  steadyMs: 8_000,
  stallMs: 1_000,
  recoveryMs: 1_000,
}

test('a stall of 1 s in 10 is 900 ms at P99, and almost all of it at P99.9', () => {
  // The report leaves out the warm-up: 10 s remain.
  expect(trueTimes(LOAD, 1_000)).toEqual({ p50Ms: 0, p99Ms: 900, p999Ms: 990 })
})

test('in a longer report the same stall affects a smaller ratio of requests', () => {
  const { p99Ms } = trueTimes(LOAD, 0)
  expect(p99Ms).toBe(890)
})

test('without a stall no request waits', () => {
  expect(trueTimes({ ...LOAD, stallMs: 0 }, 0)).toEqual({ p50Ms: 0, p99Ms: 0, p999Ms: 0 })
})
