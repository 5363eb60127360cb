import { expect, test } from 'vitest'
import { TimeCounts } from '../../load/recording/time-counts.ts'
import type { IntervalFigures, IntervalResponse } from '../../load/result.ts'
import { intervalOf } from '../../load/testing/result-fixture.ts'
import { renderStretches } from './stretches.ts'

/** A second in which requests of one operation succeeded. */
function second(at: number, operation: string, ok: number, ms: number | null): IntervalFigures {
  const response =
    ms === null ? null : { p50Ms: ms, p95Ms: 2 * ms, p99Ms: 3 * ms, maxMs: 4 * ms, counts: [] }
  return intervalOf({ second: at, operation, started: ok, ok, response })
}

test('a stretch has the percentiles of all its requests, within a bucket of 6 %', () => {
  const at = (ms: number, requests: number): IntervalResponse => {
    const times = new TimeCounts()
    times.record(ms, requests)
    const all = { p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms }
    return { ...all, counts: times.toSparse() }
  }
  // The median of the seconds would be 1 ms.
  const intervals = [at(1, 1), at(1, 1), at(100, 98)].map((response, from) =>
    intervalOf({ second: from, operation: 'send', ok: 1, response }),
  )
  expect(renderStretches(intervals, 3_000, 3).split('\n').slice(1)).toEqual([
    '            0            3  ≈100 ms  ≈100 ms',
  ])
  expect(renderStretches(intervals, 3_000, 1).split('\n').at(-1)).toBe(
    '            2            3   100 ms   100 ms',
  )
})

test('each stretch of an older file shows successes so far, and the medians of its seconds', () => {
  const intervals = [
    ...[1, 5, 3, 10, 30, 20].map((ms, at) => second(at, 'send', 10, ms)),
    ...[1, 1, 1, 2, 2, 2].map((ms, at) => second(at, 'register', 60, ms)),
  ]
  expect(renderStretches(intervals, 6_000, 3).split('\n')).toEqual([
    '  from second  send so far      P50      P95  register so far      P50      P95',
    '            0           30  3.00 ms  6.00 ms              180  1.00 ms  2.00 ms',
    '            3           60  20.0 ms  40.0 ms              360  2.00 ms  4.00 ms',
  ])
})

test('the last stretch includes the remainder, and requests that ended after the load', () => {
  const seconds = [1, 2, 3, 4, 5].map((ms, at) => second(at, 'send', 1, ms))
  const lines = renderStretches([...seconds, second(5, 'send', 7, null)], 5_000, 2).split('\n')
  expect(lines.slice(1)).toEqual([
    '            0            2  1.50 ms  3.00 ms',
    '            2           12  4.00 ms  8.00 ms',
  ])
})

test('there are no more stretches than seconds, whatever the file says', () => {
  const lines = renderStretches([second(0, 'send', 3, 1), second(1, 'send', 4, 1)], 1e308, 1)
  expect(lines.split('\n')).toHaveLength(3)
})

test('a stretch without answers has no times, and a short load is one stretch', () => {
  const silent = [second(0, 'send', 0, null), second(1, 'send', 0, null)]
  expect(renderStretches(silent, 1_500, 30).split('\n').slice(1)).toEqual([
    '            0            0    –    –',
  ])
})
