import { describe, expect, test } from 'vitest'
import { loadResult } from '../testing/result-fixture.ts'
import type { LoadResult } from '../result.ts'
import { readSlo, type Bound } from '../slo/slo.ts'
import { judgeMeasurement, type Verdict } from './verdict.ts'
import { VERDICT_THRESHOLDS } from './verdict-thresholds.ts'

function within(ms: number): readonly Bound[] {
  return readSlo({ response: { p95: `${ms}ms` } })
}

function figuresOf(verdict: Verdict): string[] {
  return verdict.kind === 'valid' ? [] : verdict.reasons.map(({ figure }) => figure)
}

test('a load sent as planned is valid', () => {
  expect(judgeMeasurement(loadResult({ a: {} }), within(10))).toEqual({ kind: 'valid' })
})

test('too few requests started in time degrade a measurement, and far too few invalidate it', () => {
  const late = loadResult({ a: {} })
  const startedInTime = (started: number): Verdict =>
    judgeMeasurement(
      { ...late, intervals: late.intervals.map((interval) => ({ ...interval, started })) },
      [],
    )
  expect(startedInTime(900)).toMatchObject({ kind: 'invalid' })
  expect(startedInTime(980)).toMatchObject({ kind: 'degraded' })
  expect(startedInTime(995)).toEqual({ kind: 'valid' })
  expect(figuresOf(startedInTime(900))).toEqual(['achieved/planned'])
})

test('a dropped request degrades a measurement, and more than 1 % invalidate it', () => {
  const dropping = (dropped: number): Verdict => {
    const started = 1_000 - dropped
    return judgeMeasurement(loadResult({ a: { counts: { dropped, started, ok: started } } }), [])
  }
  expect(dropping(1)).toMatchObject({ kind: 'degraded' })
  expect(dropping(20)).toMatchObject({ kind: 'invalid' })
  expect(figuresOf(dropping(20))).toContain('dropped')
})

test('a lateness P99 above a quarter of the tightest bound degrades', () => {
  const result = loadResult({ a: { responseMs: [20], latenessMs: [8] } })
  expect(figuresOf(judgeMeasurement(result, within(30)))).toEqual(['lateness P99'])
  expect(judgeMeasurement(result, within(40))).toEqual({ kind: 'valid' })
})

describe('without a bound on a time, lateness P99', () => {
  const verdictThresholds = { ...VERDICT_THRESHOLDS, medianLateness: { degraded: null } }
  const verdict = (latenessMs: number, responseMs: number): Verdict => {
    const quick = { responseMs: [responseMs], latenessMs: [latenessMs] }
    const slow = { responseMs: [1_000], latenessMs: [latenessMs] }
    return judgeMeasurement(loadResult({ quick, slow }, { verdictThresholds }), [])
  }

  test('degrades if it is most of an operation’s response P99', () => {
    expect(figuresOf(verdict(20, 30))).toEqual(['lateness P99'])
    expect(JSON.stringify(verdict(20, 30))).toContain('50 % of the response P99 of quick (')
  })

  test('does not degrade if the system is much slower, or below 10 ms', () => {
    expect(verdict(20, 60)).toEqual({ kind: 'valid' })
    expect(verdict(9, 10)).toEqual({ kind: 'valid' })
  })
})

describe('lateness P50', () => {
  test("degrades above half of an operation's response P50, whatever the bounds", () => {
    const late = { latenessMs: [0.55] }
    const result = loadResult({
      quick: { ...late, responseMs: [0.8] },
      slow: { ...late, responseMs: [3] },
    })
    const verdict = judgeMeasurement(result, within(1_000))
    expect(figuresOf(verdict)).toEqual(['lateness P50'])
    expect(verdict).toMatchObject({
      reasons: [{ message: expect.stringMatching(/^half of the requests of quick /) as string }],
    })
  })

  test('never degrades below 0.1 ms', () => {
    const result = loadResult({ a: { responseMs: [0.02], latenessMs: [0.015] } })
    expect(judgeMeasurement(result, [])).toEqual({ kind: 'valid' })
  })

  test('is not judged if the load says so', () => {
    const verdictThresholds = { ...VERDICT_THRESHOLDS, medianLateness: { degraded: null } }
    const result = loadResult(
      { a: { responseMs: [0.8], latenessMs: [0.6] } },
      { verdictThresholds },
    )
    expect(judgeMeasurement(result, [])).toEqual({ kind: 'valid' })
  })
})

test('a large batch degrades unless the measurement is long', () => {
  const { health } = loadResult({ a: {} })
  const batch = (longestBatchMs: number, measuredMs: number): Verdict => {
    const result = loadResult({ a: {} }, { health: { ...health, longestBatchMs }, measuredMs })
    return judgeMeasurement(result, [])
  }
  expect(figuresOf(batch(120, 10_000))).toEqual(['longest batch'])
  expect(batch(90, 10_000)).toEqual({ kind: 'valid' })
  expect(batch(120, 300_000)).toEqual({ kind: 'valid' })
})

test('receivers are judged by the tightest bound of their own operation', () => {
  const receivers = {
    eventLoopDelay: { p50Ms: 0, p99Ms: 6, maxMs: 50 },
    pauses: { count: 1, totalMs: 50, maxMs: 50 },
  }
  const deliveries = { expected: 10, received: 10, receivers }
  const result = loadResult({ a: {}, b: { deliveries } })
  const bounds = (a: number, b: number): readonly Bound[] =>
    readSlo({
      operations: { a: { response: { p95: `${a}ms` } }, b: { response: { p95: `${b}ms` } } },
    })
  expect(judgeMeasurement(result, bounds(8, 30))).toEqual({ kind: 'valid' })
  expect(figuresOf(judgeMeasurement(result, bounds(30, 8)))).toEqual([
    "receivers' event-loop delay P99",
  ])
})

test('a run of an older schema is judged by its own thresholds', () => {
  const verdictThresholds = {
    ...VERDICT_THRESHOLDS,
    medianLateness: { degraded: null },
    lateness: { degraded: 0.5 },
    tailLateness: { degraded: 0 },
    latenessMs: { degraded: 50 },
    batchMs: { degraded: 250 },
    pauseRatio: { degraded: 0 },
  }
  const late = (latenessMs: number): LoadResult =>
    loadResult({ a: { responseMs: [1_000], latenessMs: [latenessMs] } }, { verdictThresholds })
  expect(judgeMeasurement(late(49), [])).toEqual({ kind: 'valid' })
  expect(figuresOf(judgeMeasurement(late(51), []))).toEqual(['lateness P99'])
  expect(judgeMeasurement(late(4), within(10))).toEqual({ kind: 'valid' })
})

test("reports the generator's wait for a core if it is known", () => {
  const messageOf = (coreWaitMs: number | null): string => {
    const { health } = loadResult({ a: {} })
    const operation = { responseMs: [20], latenessMs: [8] }
    const late = loadResult({ a: operation }, { health: { ...health, coreWaitMs } })
    const verdict = judgeMeasurement(late, within(10))
    return verdict.kind === 'valid' ? '' : (verdict.reasons[0]?.message ?? '')
  }
  expect(messageOf(1_234.5)).toContain('; in all, it waited 1.23 s for a core)')
  expect(messageOf(null)).not.toContain('core')
})

test('unfinished requests and interruptions degrade', () => {
  const counts = { ok: 990, unfinished: 10 }
  const result = loadResult({ a: { counts } }, { isInterrupted: true })
  expect(figuresOf(judgeMeasurement(result, []))).toEqual(['unfinished', 'measured time'])
})

test('a load without a request is invalid', () => {
  const nothing = { planned: 0, started: 0, ok: 0 }
  expect(judgeMeasurement(loadResult({ a: { counts: nothing } }), [])).toMatchObject({
    kind: 'invalid',
  })
})
