import { expect, test } from 'vitest'
import { closedModel, loadResult, type OperationFixture } from '../../load/result-fixture.ts'
import type { LoadResult } from '../../load/result.ts'
import { judgeMeasurement } from '../../load/verdict/verdict.ts'
import { serializeLoadResult } from '../../results/load-result-json.ts'
import { comparisonOf, labelOf, METRICS } from './metric.ts'
import { findComparisons, readRound, type ScenarioFigures } from './read-round.ts'

function scenario(
  operations: Readonly<Record<string, OperationFixture>>,
  overrides: Partial<LoadResult> = {},
): ScenarioFigures {
  const result = loadResult(operations, overrides)
  return {
    state: 'measured',
    name: 'mixed',
    testStatus: 'passed',
    verdict: judgeMeasurement(result, []),
    result: serializeLoadResult(result),
  }
}

const responseMs = Array.from({ length: 1_000 }, (_, i) => (i + 1) / 1_000)

function read(entry: ScenarioFigures, label: string, operation = 'multicast') {
  const metric = METRICS.find((candidate) => labelOf(candidate) === label)
  if (metric === undefined) throw new TypeError(label)
  const comparison = comparisonOf('mixed', operation, metric, true)
  return readRound([comparison], { baseline: [entry], candidate: [] }).baseline[comparison.id]
}

test.each([
  ['p50', { kind: 'time', ms: 0.5, requests: 1_000 }],
  ['p99.9', { kind: 'time', ms: 0.999, requests: 1_000 }],
  ['errors', { kind: 'share', count: 10, of: 1_000 }],
  ['delivery', { kind: 'share', count: 3, of: 5_000 }],
  ['shortfall', { kind: 'share', count: 4, of: 1_000 }],
])('%s is read from the run’s figures', (label, expected) => {
  const entry = scenario({
    multicast: {
      responseMs,
      counts: { started: 996, dropped: 4, ok: 990, failed: 3, timedOut: 2, unfinished: 1 },
      deliveries: { expected: 5_000, received: 4_997 },
    },
  })
  expect(read(entry, label)).toEqual(expected)
})

test('a percentile of the few that were answered says nothing', () => {
  const entry = scenario({ multicast: { responseMs: [1, 2, 3] } })
  expect(read(entry, 'p50')).toMatchObject({
    kind: 'unusable',
    why: expect.stringContaining('3 of 1000'),
  })
})

test.each([
  ['invalid', scenario({ multicast: { counts: { started: 100, ok: 100, dropped: 900 } } })],
  ['interrupted', scenario({ multicast: { responseMs } }, { isInterrupted: true })],
  ['ended early', scenario({ multicast: { responseMs } }, { abortReason: 'p95 was 20 ms' })],
  ['not measured', { state: 'unmeasured' as const, name: 'mixed', error: 'connection refused' }],
])('a run that was %s says nothing of anything', (why, entry) => {
  for (const label of ['p50', 'errors', 'shortfall']) {
    expect(read(entry, label)).toMatchObject({
      kind: 'unusable',
      why: expect.stringContaining(why),
    })
  }
})

test('scenarios, operations and metrics that one arm lacks are absent from it', () => {
  const both = { responseMs, deliveries: { expected: 10, received: 10 } }
  const baseline = [scenario({ multicast: { responseMs } })]
  const candidate = [scenario({ multicast: both, enumerate: { responseMs } })]
  const comparisons = findComparisons({ baseline, candidate }, null)
  const round = readRound(comparisons, { baseline, candidate })
  const absent = comparisons
    .filter(({ id }) => round.baseline[id]?.kind === 'absent')
    .map(({ operation, metric }) => `${operation} ${labelOf(metric)}`)
  expect(absent).toContain('multicast delivery')
  expect(absent).toContain('enumerate p50')
  expect(absent).not.toContain('multicast p50')
  const missing = readRound(comparisons, { baseline: [], candidate })
  expect(Object.values(missing.baseline).every(({ kind }) => kind === 'absent')).toBe(true)
})

test('only what was asked for is compared, of every operation that has it', () => {
  const entries = [
    scenario({
      register: { responseMs },
      multicast: { responseMs, deliveries: { expected: 10, received: 10 } },
    }),
  ]
  const found = findComparisons({ baseline: entries, candidate: entries }, [
    { kind: 'errors' },
    { kind: 'delivery' },
  ])
  expect(found.map(({ operation, metric }) => `${operation} ${metric.kind}`)).toEqual([
    'register errors',
    'multicast errors',
    'multicast delivery',
  ])
})

test('an open load and a closed one are not compared', () => {
  const entries = {
    baseline: [scenario({ multicast: { responseMs } })],
    candidate: [scenario({ multicast: { responseMs } }, { model: closedModel() })],
  }
  const comparisons = findComparisons(entries, null)
  const { baseline, candidate } = readRound(comparisons, entries)
  expect(comparisons).not.toEqual([])
  for (const { id } of comparisons) {
    const why = 'the load of "mixed" is open in the baseline and closed in the candidate'
    expect(baseline[id]).toEqual({ kind: 'absent', why })
    expect(candidate[id]).toEqual({ kind: 'absent', why })
  }
})
