import { expect, test } from 'vitest'
import { sparseBucketOf } from '../../../load/recording/sparse-counts.ts'
import type { IntervalFigures } from '../../../load/result.ts'
import { drainMarks } from './charts/marks.ts'
import { planSlots, slotsOf } from './slots.ts'

function second(at: number, overrides: Partial<IntervalFigures> = {}): IntervalFigures {
  return {
    second: at,
    operation: 'read',
    planned: 10,
    started: 10,
    dropped: 0,
    ok: 10,
    failed: 0,
    timedOut: 0,
    inFlight: 2,
    received: null,
    errors: [],
    lateness: { p50Ms: 1, p99Ms: 2, maxMs: 3 },
    response: { p50Ms: 5, p95Ms: 6, p99Ms: 7, maxMs: 8, counts: [sparseBucketOf(5_000), 10] },
    ...overrides,
  }
}

test('each second of a short run is a slot, and seconds without requests are empty', () => {
  const intervals = [second(0), second(2, { failed: 3 })]
  const slots = slotsOf(intervals, 'read', planSlots(intervals, 2_500))
  expect(slots.map(({ ok }) => ok)).toEqual([10, 0, 10])
  expect(slots.map(({ failed }) => failed)).toEqual([0, 0, 3])
  expect(slots.map(({ sendingSeconds }) => sendingSeconds)).toEqual([1, 1, 0.5])
  expect(slots[1]).toMatchObject({ planned: null, response: null, lateness: null, counts: [] })
  expect(slots[0]?.response).toMatchObject({ p50Ms: 5, p95Ms: 6, p99Ms: 7, maxMs: 8 })
})

test('an hour has at most 600 slots, that hold all of its requests', () => {
  const intervals = Array.from({ length: 3_600 }, (_, at) => second(at, { inFlight: at % 7 }))
  const plan = planSlots(intervals, 3_600_000)
  const slots = slotsOf(intervals, 'read', plan)
  expect(plan).toEqual({ count: 600, length: 6, measured: 3_600 })
  expect(slots.reduce((sum, { started }) => sum + started, 0)).toBe(36_000)
  expect(slots[0]).toMatchObject({ planned: 60, inFlight: 5, counts: [sparseBucketOf(5_000), 60] })
})

test('the percentiles of several seconds are those of all of their times together', () => {
  const slow = { p50Ms: 90, p95Ms: 90, p99Ms: 90, maxMs: 90, counts: [sparseBucketOf(90_000), 1] }
  const intervals = [second(0), second(1, { ok: 1, response: slow })]
  const [slot] = slotsOf(intervals, 'read', planSlots(intervals, 2_000, 1))
  // One of eleven is slow: P50 is not the mean of the seconds' medians.
  expect(slot?.response?.p50Ms).toBeLessThan(5 * 1.07)
  expect(slot?.response?.p95Ms).toBeGreaterThan(84)
  expect(slot?.response?.maxMs).toBe(90)
})

test('no percentile of several seconds is above their longest time', () => {
  const intervals = [second(0), second(1)].map((interval) => ({
    ...interval,
    response: { p50Ms: 5, p95Ms: 5, p99Ms: 5, maxMs: 5, counts: [sparseBucketOf(5_000), 10] },
  }))
  const [slot] = slotsOf(intervals, 'read', planSlots(intervals, 2_000, 1))
  expect(slot?.response).toMatchObject({ p99Ms: 5, maxMs: 5 })
})

test('seconds far away from the others take no memory', () => {
  const intervals = [second(Number.MAX_SAFE_INTEGER - 1)]
  expect(planSlots(intervals, 1_000).count).toBeLessThanOrEqual(600)
})

test('the wait after the end of a load is shown only if something came in it', () => {
  const quiet = { planned: 0, started: 0, ok: 0, response: null, lateness: null }
  const idle = [second(0), second(1), second(2, quiet)]
  expect(planSlots(idle, 2_000).count).toBe(2)
  const late = [second(0), second(1), second(2, { ...quiet, ok: 1 })]
  const plan = planSlots(late, 2_000)
  expect(plan.count).toBe(3)
  expect(drainMarks(plan)).toMatchObject([{ kind: 'drain', from: 2, to: 3 }])
  expect(drainMarks(planSlots(idle, 1_900))).toEqual([])
})
