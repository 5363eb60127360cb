import { expect, test } from 'vitest'
import type { LoadProgress } from '../../../load/recording/load-recorder.ts'
import { LiveLoad } from './live-load.ts'
import { PlainLines } from './plain-lines.ts'
import { someProgress } from './testing/run-events.ts'

/** One load, of which `line` tells the state and asks for the line that is due. */
function reported(intervalMs: number) {
  const lines = new PlainLines(intervalMs)
  const load = new LiveLoad('a load')
  const line = (seconds: number, started: number, notOk = 0, phase = 'measuring' as const) => {
    const soFar = { seconds, started, ok: started - notOk, notOk, p50Ms: 1, p95Ms: null }
    load.add(someProgress({ phase, soFar: { ...soFar, lateness: null }, p99Ms: 3 }))
    return lines.next(load)
  }
  return { load, line, lines }
}

test('each interval yields one line: totals so far, and the rate since the previous line', () => {
  const { line } = reported(2_000)
  expect(line(1, 100)).toBeNull()
  expect(line(2, 200)).toBe(
    '2 of 10 s   200 requests   100/s   success 100 %   3 in flight   P50 1.00 ms   P95 –   P99 3.00 ms',
  )
  expect(line(2, 200)).toBeNull()
  expect(line(4, 1_300, 1)).toBe(
    '4 of 10 s   1,300 requests   550/s   success 99.923 %   3 in flight   P50 1.00 ms   P95 –   P99 3.00 ms',
  )
})

test('intervals due while reporting was held up share one line', () => {
  const { line } = reported(2_000)
  expect(line(7, 700)).toContain('7 of 10 s   700 requests   100/s')
  expect(line(7, 700)).toBeNull()
  expect(line(8, 800)).toContain('8 of 10 s')
})

test('the warm-up and the wait for the last requests yield no lines', () => {
  const { load, lines } = reported(1_000)
  for (const phase of ['warm-up', 'draining'] as const) {
    load.add(someProgress({ phase }))
    expect(lines.next(load)).toBeNull()
  }
})

test('a line names the faults that began since the previous one', () => {
  const lines = new PlainLines(1_000)
  const load = new LiveLoad('a load')
  const kill = { label: 'kill Redis', what: null, plannedAtMs: 900 }
  const injected = { ...kill, state: 'injected', fromMs: 900, toMs: 900 } as const
  const next = (seconds: number, faults: LoadProgress['faults']): string | null => {
    const soFar = { ...someProgress().soFar, seconds, started: seconds }
    load.add(someProgress({ faults, soFar }))
    return lines.next(load)
  }
  expect(next(1, [injected, { ...kill, label: 'cut', state: 'planned' }])).toMatch(
    /P99 4\.00 ms {3}kill Redis at 0\.9 s$/,
  )
  expect(next(2, [injected, { ...kill, label: 'cut', state: 'on', fromMs: 1_500 }])).toMatch(
    /P99 4\.00 ms {3}cut at 1\.5 s$/,
  )
})
