import { expect, test } from 'vitest'
import { loadResult } from '../result-fixture.ts'
import { judgeMeasurement, type Verdict } from './verdict.ts'

function figuresOf(verdict: Verdict): string[] {
  return verdict.kind === 'valid' ? [] : verdict.reasons.map(({ figure }) => figure)
}

test('a load that was sent as planned is valid', () => {
  expect(judgeMeasurement(loadResult({ a: {} }), 10)).toEqual({ kind: 'valid' })
})

test('a load of which too little was started in time is invalid, of which a little less is degraded', () => {
  const late = loadResult({ a: {} })
  const startedInTime = (started: number): Verdict =>
    judgeMeasurement(
      { ...late, intervals: late.intervals.map((interval) => ({ ...interval, started })) },
      null,
    )
  expect(startedInTime(900)).toMatchObject({ kind: 'invalid' })
  expect(startedInTime(980)).toMatchObject({ kind: 'degraded' })
  expect(startedInTime(995)).toEqual({ kind: 'valid' })
  expect(figuresOf(startedInTime(900))).toEqual(['achieved/planned'])
})

test('dropping requests is said, and dropping more than 1 % of them invalidates', () => {
  const dropping = (dropped: number): Verdict => {
    const started = 1_000 - dropped
    return judgeMeasurement(loadResult({ a: { counts: { dropped, started, ok: started } } }), null)
  }
  expect(dropping(1)).toMatchObject({ kind: 'degraded' })
  expect(dropping(20)).toMatchObject({ kind: 'invalid' })
  expect(figuresOf(dropping(20))).toContain('dropped')
})

test('lateness is held against the tightest bound that is judged', () => {
  const result = loadResult({ a: { latenessMs: [8] } })
  expect(figuresOf(judgeMeasurement(result, 10))).toEqual(['lateness P99'])
  expect(judgeMeasurement(result, 100)).toEqual({ kind: 'valid' })
})

test('a large batch tells of a pause of the generator', () => {
  const { health } = loadResult({ a: {} })
  const batch = (longestBatchMs: number): Verdict =>
    judgeMeasurement(loadResult({ a: {} }, { health: { ...health, longestBatchMs } }), null)
  expect(figuresOf(batch(300))).toEqual(['longest batch'])
  expect(batch(100)).toEqual({ kind: 'valid' })
})

test('how long the generator waited for a core is said where it is known', () => {
  const messageOf = (coreWaitMs: number | null): string => {
    const { health } = loadResult({ a: {} })
    const late = loadResult({ a: { latenessMs: [8] } }, { health: { ...health, coreWaitMs } })
    const verdict = judgeMeasurement(late, 10)
    return verdict.kind === 'valid' ? '' : (verdict.reasons[0]?.message ?? '')
  }
  expect(messageOf(1_234.5)).toContain('; in all, it waited 1234.5 ms for a core)')
  expect(messageOf(null)).not.toContain('core')
})

test('requests that did not end, and an interruption, are reservations', () => {
  const counts = { ok: 990, unfinished: 10 }
  const result = loadResult({ a: { counts } }, { isInterrupted: true })
  expect(figuresOf(judgeMeasurement(result, null))).toEqual(['unfinished', 'measured time'])
})

test('a load without a single request says nothing', () => {
  const nothing = { planned: 0, started: 0, ok: 0 }
  expect(judgeMeasurement(loadResult({ a: { counts: nothing } }), null)).toMatchObject({
    kind: 'invalid',
  })
})
