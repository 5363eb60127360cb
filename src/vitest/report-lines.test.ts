import { expect, test } from 'vitest'
import type { LoadProgress } from '../load/recording/load-recorder.ts'
import { ReportLines } from './report-lines.ts'

function progress(seconds: number, started: number, notOk = 0): LoadProgress {
  return {
    phase: 'measuring',
    elapsedMs: seconds * 1_000 + 300,
    durationMs: 60_000,
    startedPerSecond: 100,
    inFlight: 0,
    errors: notOk,
    dropped: 0,
    intervals: [],
    p99Ms: 3,
    soFar: { seconds, started, ok: started - notOk, notOk, p50Ms: 1, p95Ms: null },
  }
}

test('each interval yields one line: totals so far, and the rate since the previous line', () => {
  const lines = new ReportLines(2_000)
  expect(lines.next(progress(1, 100))).toBeNull()
  expect(lines.next(progress(2, 200))).toBe(
    '2 s   200 requests   100/s   success 100 %   P50 1.00 ms   P95 –   P99 3.00 ms',
  )
  expect(lines.next(progress(2, 200))).toBeNull()
  expect(lines.next(progress(4, 1_300, 1))).toBe(
    '4 s   1,300 requests   550/s   success 99.92 %   P50 1.00 ms   P95 –   P99 3.00 ms',
  )
})

test('intervals due while reporting was held up share one line', () => {
  const lines = new ReportLines(2_000)
  expect(lines.next(progress(7, 700))).toContain('7 s   700 requests   100/s')
  expect(lines.next(progress(7, 700))).toBeNull()
  expect(lines.next(progress(8, 800))).toContain('8 s ')
})

test('the warm-up and the wait for the last requests yield no lines', () => {
  const lines = new ReportLines(1_000)
  expect(lines.next({ ...progress(0, 0), phase: 'warm-up' })).toBeNull()
  expect(lines.next({ ...progress(3, 300), phase: 'draining' })).toBeNull()
})
