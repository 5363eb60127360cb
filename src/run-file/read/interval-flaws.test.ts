import { expect, test } from 'vitest'
import type { IntervalFigures, IntervalResponse } from '../../load/result.ts'
import { intervalOf } from '../../load/testing/result-fixture.ts'
import { sparseBucketOf } from '../../load/recording/sparse-counts.ts'
import { flawsOfInterval } from './interval-flaws.ts'

/** Ten requests of 4 ms. */
const response: IntervalResponse = {
  p50Ms: 4,
  p95Ms: 4,
  p99Ms: 4,
  maxMs: 4,
  counts: [sparseBucketOf(4_000), 10],
}
const sound: IntervalFigures = intervalOf({
  planned: 12,
  started: 12,
  ok: 9,
  failed: 2,
  timedOut: 1,
  errors: [{ code: 'IO', count: 2 }],
  lateness: { p50Ms: 0, p99Ms: 1, maxMs: 1 },
  response,
})

test('a second that contradicts itself nowhere has no flaw, nor one of an older form', () => {
  expect([...flawsOfInterval(sound)]).toEqual([])
  const older = { planned: null, errors: [], response: { ...response, counts: [] } }
  expect([...flawsOfInterval({ ...sound, ...older })]).toEqual([])
})

test('requests that were unfinished have times, and no column', () => {
  expect([...flawsOfInterval({ ...sound, ok: 8 })]).toEqual([])
})

test.each<[string, Partial<IntervalFigures>, string]>([
  ['errors that are too few', { errors: [] }, 'failed is 2, but its errors are 0.'],
  ['too few times', { ok: 19 }, 'ok + timedOut is 20, but 10 response times are in its histogram.'],
  ['no times', { response: null }, 'ok + timedOut is 10, but 0 response times'],
  [
    'a percentile that its histogram lacks',
    { response: { ...response, p50Ms: 1 } },
    'P50 is 1 ms, but its histogram has it from 3.968 to 4.096 ms.',
  ],
  ['falling percentiles', { response: { ...response, p95Ms: 9 } }, 'P95 is 9 ms, but P99 is 4 ms.'],
  [
    'falling lateness',
    { lateness: { p50Ms: 2, p99Ms: 1, maxMs: 3 } },
    'lateness P50 is 2 ms, but lateness P99 is 1 ms.',
  ],
])('names %s', (_, change, message) => {
  const [flaw] = flawsOfInterval({ ...sound, ...change })
  expect(flaw).toContain(message)
})
