import { expect, test } from 'vitest'
import { closedModel, loadResult } from '../../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { loadDifferences } from './load-differences.ts'
import { faultedScenario } from '../../run-file/testing/faulted-scenario.ts'
import { scenarioOf } from '../../run-file/testing/run-fixture.ts'

const load = scenarioOf('mixed')
const { result } = load
const { limits } = result
const users = (count: number) =>
  serializeLoadResult(
    loadResult({ a: {} }, { model: closedModel({ users: count }), arrivals: `${count} users` }),
  )

const other = 'another workload'.slice(0, 16)

test.each([
  ['arrivals', { arrivals: 'constant 200/s' }, 'constant 100/s', 'constant 200/s'],
  ['duration', { durationMs: 60_000 }, '10 s', '60 s'],
  ['warm-up', { warmUpMs: 2_500 }, '0 s', '2.5 s'],
  [
    'faults',
    { faults: faultedScenario().result.faults },
    'none',
    'kill Redis primary at 2 s, pause gateway at 6 s',
  ],
  [
    'tracing',
    { traces: { kept: 0, errors: 0, slow: 0, sampled: 0, lost: 0, lostSpans: 0 } },
    'off',
    'on',
  ],
])('%s is named, whatever the hash says', (field, change, baseline, candidate) => {
  for (const workloadHash of [load.workloadHash, other]) {
    const changed = { ...load, workloadHash, result: { ...result, ...change } }
    expect(loadDifferences(load, changed)).toEqual([{ field, baseline, candidate }])
  }
})

test.each([
  ['random seed', { seed: 2 }, '1', '2'],
  ['max in flight', { limits: { ...limits, maxInFlight: 5 } }, '10000', '5'],
  ['when full', { limits: { ...limits, whenFull: 'wait' as const } }, 'drop', 'wait'],
  ['timeout', { limits: { ...limits, timeoutMs: 250 } }, '5 s', '0.25 s'],
  ['grace period', { limits: { ...limits, gracePeriodMs: 0 } }, '10 s', '0 s'],
])('%s is named where the hashes differ', (field, change, baseline, candidate) => {
  const changed = { ...load, workloadHash: other, result: { ...result, ...change } }
  expect(loadDifferences(load, changed)).toEqual([{ field, baseline, candidate }])
})

test('an open and a closed load differ in their model', () => {
  const closed = { ...load, workloadHash: other, result: users(10) }
  expect(loadDifferences(load, closed)).toMatchObject([
    { field: 'model', baseline: 'open', candidate: 'closed' },
    { field: 'arrivals', baseline: 'constant 100/s', candidate: 'none' },
    { field: 'users', baseline: 'none', candidate: '10 users' },
    { field: 'think time' },
  ])
})

test('the number of users is named', () => {
  const pair = [10, 20].map((count) => ({
    ...load,
    workloadHash: `${count}`,
    result: users(count),
  }))
  const [a = load, b = load] = pair
  expect(loadDifferences(a, b)).toEqual([
    { field: 'users', baseline: '10 users', candidate: '20 users' },
  ])
})

test('a difference that only the hash shows is attributed to source or parameters', () => {
  expect(loadDifferences(load, { ...load, workloadHash: other })).toEqual([
    { field: 'source or parameters', baseline: load.workloadHash, candidate: other },
  ])
  expect(loadDifferences({ ...load, workloadHash: null }, load)).toMatchObject([
    { baseline: 'not recorded' },
  ])
})

test('differing bounds are named beside the source, and alone make no difference', () => {
  const common = { operation: null, everyMs: null, abortAfterMs: null, isDefault: false }
  const within = (belowMs: number) => ({
    ...load,
    bounds: [
      {
        ...common,
        kind: 'time' as const,
        metric: 'response' as const,
        percentile: { key: 'p95', label: 'P95', value: 95 },
        belowMs,
      },
      { ...common, kind: 'success rate' as const, above: 0.99 },
    ],
  })
  expect(loadDifferences(within(10), within(20))).toEqual([])
  expect(loadDifferences(within(10), { ...within(20), workloadHash: other })).toMatchObject([
    { field: 'source or parameters' },
    {
      field: 'SLO',
      baseline: 'a response P95 < 10 ms; a success rate > 99 %',
      candidate: 'a response P95 < 20 ms; a success rate > 99 %',
    },
  ])
})
