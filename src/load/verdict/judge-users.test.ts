import { expect, test } from 'vitest'
import { closedModel, loadResult } from '../testing/result-fixture.ts'
import { readSlo } from '../slo/slo.ts'
import { judgeMeasurement } from './verdict.ts'

const ALL = { users: 100, ok: 100, failed: 0, timedOut: 0, notDone: 0, errors: [] }

test('a measurement with all users present and on time is valid', () => {
  const result = loadResult({ a: {} }, { model: closedModel() })
  expect(judgeMeasurement(result, [])).toEqual({ kind: 'valid' })
})

test('requests of users are not judged against a schedule', () => {
  const counts = { planned: 5, started: 5, ok: 5 }
  const result = loadResult({ a: { counts } }, { model: closedModel(), intervals: [] })
  expect(judgeMeasurement(result, [])).toEqual({ kind: 'valid' })
})

test.each([
  [99, 'valid'],
  [98, 'degraded'],
  [95, 'degraded'],
  [94, 'invalid'],
] as const)('%d of 100 users who could be set up make it %s', (ok, kind) => {
  const setUp = { ...ALL, ok, failed: 100 - ok }
  const verdict = judgeMeasurement(loadResult({ a: {} }, { model: closedModel({ setUp }) }), [])
  expect(verdict.kind).toBe(kind)
  if (verdict.kind !== 'valid') {
    expect(verdict.reasons[0]?.message).toBe(
      `${100 - ok} of 100 users took no part, because they could not be set up`,
    )
  }
})

test.each([
  [900, 'valid'],
  [1_100, 'degraded'],
  [4_900, 'degraded'],
  [5_100, 'invalid'],
] as const)('%d ms of 100,000 that users were kept waiting make it %s', (latenessMs, kind) => {
  const result = loadResult({ a: { latenessMs: [latenessMs] } }, { model: closedModel() })
  const verdict = judgeMeasurement(result, [])
  expect(verdict.kind).toBe(kind)
})

test('without think time, generator delays degrade the measurement but never invalidate it', () => {
  const model = closedModel({ thinkTime: { label: 'exponential, mean 0s', meanMs: 0 } })
  const result = loadResult({ a: { latenessMs: [50_000] } }, { model })
  const verdict = judgeMeasurement(result, [])
  expect(verdict).toMatchObject({ kind: 'degraded', reasons: [{ figure: 'users on time' }] })
  expect(JSON.stringify(verdict)).toContain('50.0 % of their time')
})

test('lateness is not judged against bounds on response times', () => {
  const result = loadResult({ a: { latenessMs: [20] } }, { model: closedModel() })
  expect(judgeMeasurement(result, readSlo({ response: { p95: '10ms' } })).kind).toBe('valid')
})

test('a pause of the generator is reported', () => {
  const { health } = loadResult({})
  const paused = { ...health, pauses: { count: 1, totalMs: 900, maxMs: 900 } }
  const result = loadResult({ a: {} }, { model: closedModel(), health: paused })
  expect(judgeMeasurement(result, [])).toMatchObject({
    kind: 'degraded',
    reasons: [{ figure: 'longest pause', measured: 900 }],
  })
})
