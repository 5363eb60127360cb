import { expect, test } from 'vitest'
import { judgeSlo } from '../../load/slo/judge-slo.ts'
import { intervalOf, loadResult, type OperationFixture } from '../../load/testing/result-fixture.ts'
import type { LoadResult } from '../../load/result.ts'
import { readSlo, type Slo } from '../../load/slo/slo.ts'
import { judgeMeasurement } from '../../load/verdict/verdict.ts'
import { judgeProbe } from './judge-probe.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'

/** A scenario as a run leaves it, judged by the SLO for real. */
function entryOf(
  operation: OperationFixture,
  slo: Slo,
  overrides: Partial<LoadResult> = {},
): ScenarioEntry {
  const result = loadResult({ a: operation }, overrides)
  const bounds = readSlo(slo)
  const rows = judgeSlo(result, bounds)
  const isMet = rows.every(({ outcome }) => outcome === 'met')
  return {
    state: 'measured',
    name: 'scenario',
    file: 'bench/scenario.load.ts',
    testStatus: isMet ? 'passed' : 'failed',
    error: null,
    workloadHash: null,
    result: serializeLoadResult(result),
    bounds,
    verdict: judgeMeasurement(result, bounds),
    slo: rows,
  }
}

const slo: Slo = { response: { p95: '10ms' } }

test.each([
  ['a valid measurement that meets its SLO passes', {}, 'passed'],
  [
    'a missed SLO is the system',
    { responseMs: [40], serviceMs: [40], latenessMs: [0.5] },
    'system',
  ],
  [
    'an SLO met with a late generator is the generator',
    { responseMs: [9], serviceMs: [1], latenessMs: [8] },
    'generator',
  ],
  [
    'an SLO met although all requests start a little late passes',
    { responseMs: [2], serviceMs: [0.5], latenessMs: [1.5] },
    'passed',
  ],
  [
    'an SLO missed by lateness alone is the generator',
    { responseMs: [40], serviceMs: [1], latenessMs: [39] },
    'generator',
  ],
  [
    'service time over its bound by less than the generator was late may be the generator',
    { responseMs: [70], serviceMs: [40], latenessMs: [39] },
    'generator',
  ],
  [
    'service time over its bound by more than the generator was late is the system',
    { responseMs: [100], serviceMs: [80], latenessMs: [20] },
    'system',
  ],
  [
    'requests dropped because the system answers none are the system',
    { counts: { started: 900, ok: 900, dropped: 100 } },
    'system',
  ],
] as const)('%s', (_, operation, outcome) => {
  const judgement = judgeProbe(400, [entryOf(operation, slo)])
  expect(judgement).toMatchObject({ kind: 'judged', probe: { rate: 400, outcome } })
})

test("a probe has the curve's figures, and the reasons why it did not pass", () => {
  const entry = entryOf({ responseMs: [40], latenessMs: [2] }, slo)
  expect(judgeProbe(400, [entry])).toMatchObject({
    kind: 'judged',
    probe: {
      achievedPerSecond: 100,
      response: { p50Ms: expect.closeTo(40, 0), p99Ms: expect.closeTo(40, 0) },
      latenessP99Ms: expect.closeTo(2, 1),
      reasons: ['a response P95 40.0 ms, not < 10 ms'],
    },
  })
})

test('the achieved rate counts requests started in time, not those started after the end', () => {
  const late = [
    intervalOf({ second: 9, started: 600, ok: 600 }),
    intervalOf({ second: 10, started: 400, ok: 400 }),
  ]
  expect(judgeProbe(400, [entryOf({}, slo, { intervals: late })])).toMatchObject({
    probe: { achievedPerSecond: 60 },
  })
})

test('a probe names how many requests its SLO needs, and for which operation', () => {
  const bounds: Slo = {
    response: { p50: '10ms' },
    operations: { a: { response: { p99: '10ms' } } },
  }
  expect(judgeProbe(400, [entryOf({}, bounds)])).toMatchObject({
    name: 'scenario',
    probe: { durationMs: 10_000 },
    least: { requests: 1_000, because: 'a response P99' },
  })
})

test('a test that fails by another assertion fails the rate', () => {
  const failed = { ...entryOf({}, slo), testStatus: 'failed', error: 'expected 1 to be 2' } as const
  expect(judgeProbe(400, [failed])).toMatchObject({
    probe: { outcome: 'system', reasons: ['expected 1 to be 2'] },
  })
})

test('an interrupted probe is not judged', () => {
  const cancelled = { ...entryOf({}, slo), testStatus: 'cancelled' } as const
  expect(judgeProbe(400, [cancelled])).toEqual({ kind: 'interrupted' })
})

test.each<[string, ScenarioEntry[], RegExp]>([
  ['without an SLO', [{ ...entryOf({}, slo), slo: [] } as ScenarioEntry], /no SLO/],
  ['with two loads', [entryOf({}, slo), entryOf({}, slo)], /2 loads/],
  [
    'that breaks',
    [
      {
        state: 'unmeasured',
        name: 'a',
        file: 'a.load.ts',
        testStatus: 'failed',
        error: 'no server',
      },
    ],
    /no server/,
  ],
])('a scenario %s is unfit for a search', (_, entries, message) => {
  expect(judgeProbe(400, entries)).toEqual({
    kind: 'unfit',
    message: expect.stringMatching(message) as string,
  })
})
