import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { closedModel, loadResult } from '../load/testing/result-fixture.ts'
import type { LoadResult } from '../load/result.ts'
import type { Slos } from '../load/slo/slo.ts'
import { renderSlo } from '../report/terminal/scenario.ts'
import type { AdaptedResult } from './offered-rate.ts'
import { judgementOf, toMeetSlo } from './slo-matcher.ts'

const assertion = (result: unknown, slo: unknown) => () =>
  toMeetSlo(result as LoadResult, slo as Slos)

test.each([
  [undefined, /^SLO: undefined is not an object/],
  [{ respons: { p95: '10ms' } }, /Did you mean "response"\?/],
  [{ throughput: null }, /^SLO: throughput: null is not an object/],
  [{ throughput: { min: '5' } }, /throughput\.min: '5' must be a number/],
  [{ operations: { b: { successRate: 1 } } }, /no operation "b" in this workload: a/],
])('the SLO %j is refused, also of a load that was offered another rate', (slo, message) => {
  const scaled: AdaptedResult = { ...loadResult({ a: {} }), offer: { own: 10, offered: 20 } }
  for (const result of [loadResult({ a: {} }), scaled]) {
    expect(assertion(result, slo)).toThrow(InputError)
    expect(assertion(result, slo)).toThrow(message)
  }
})

test('a throughput of users is refused also afterwards, and what to bound instead is said', () => {
  const ofUsers = loadResult({ a: {} }, { model: closedModel() })
  const throughput = { operations: { a: { throughput: { min: 5 } } } }
  expect(assertion(ofUsers, throughput)).toThrow(InputError)
  expect(assertion(ofUsers, throughput)).toThrow(/users has no rate.*Bound response or successRate/)
  expect(assertion(ofUsers, { successRate: 0.5 })).not.toThrow()
})

test('a load that nobody waited for is refused, and shown how', () => {
  const forgotten = Promise.resolve(loadResult({ a: {} }))
  expect(assertion(forgotten, { successRate: 0.9 })).toThrow(InputError)
  expect(assertion(forgotten, { successRate: 0.9 })).toThrow(/expect\(await load\(/)
})

test('an SLO can forbid any error, and finds one', () => {
  const failing = loadResult({ a: { counts: { ok: 999, failed: 1 } } })
  const meeting = toMeetSlo(loadResult({ a: {} }), { successRate: 1 })
  const missing = toMeetSlo(failing, { successRate: 1 })
  expect([meeting, missing]).toMatchObject([{ pass: true }, { pass: false }])
  const { slo } = judgementOf(failing, {})
  expect(slo).toMatchObject([{ comparison: '>=', bound: 1, measured: 0.999 }])
  expect(renderSlo(slo)).toMatch(/success rate +≥ 100 % +99\.9 %/)
})
