import { expect, test } from 'vitest'
import {
  closedModel,
  loadResult,
  type OperationFixture,
} from '../../load/testing/result-fixture.ts'
import type { LoadResult } from '../../load/result.ts'
import { judgeMeasurement } from '../../load/verdict/verdict.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { comparisonOf, labelOf, METRICS, type DefaultMetrics } from './metric.ts'
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
  const metric = METRICS.find((one) => labelOf(one) === label)
  if (metric === undefined) throw new TypeError(label)
  const comparison = comparisonOf('mixed', operation, metric, true)
  const entries = { baseline: [entry], candidate: [] }
  return readRound([comparison], entries, 'baseline').baseline[comparison.id]
}

test.each([
  ['service p50', { kind: 'time', ms: 0.25, requests: 1_000 }],
  ['response p50', { kind: 'time', ms: 0.5, requests: 1_000 }],
  ['response p99.9', { kind: 'time', ms: 0.999, requests: 1_000 }],
  ['errors', { kind: 'share', count: 10, of: 1_000 }],
  ['delivery', { kind: 'share', count: 3, of: 5_000 }],
  ['shortfall', { kind: 'share', count: 4, of: 1_000 }],
])('reads %s from the run’s figures', (label, expected) => {
  const entry = scenario({
    multicast: {
      responseMs,
      serviceMs: responseMs.map((ms) => ms / 2),
      counts: { started: 996, dropped: 4, ok: 990, failed: 3, timedOut: 2, unfinished: 1 },
      deliveries: { expected: 5_000, received: 4_997 },
    },
  })
  expect(read(entry, label)).toEqual(expected)
})

test('a percentile is unusable if most requests have no time', () => {
  const entry = scenario({ multicast: { responseMs: [1, 2, 3] } })
  expect(read(entry, 'service p50')).toMatchObject({
    kind: 'unusable',
    why: expect.stringContaining('3 of 1000'),
  })
})

const INVALID = scenario({
  multicast: {
    responseMs,
    counts: { started: 100, ok: 60, failed: 40, dropped: 900 },
    deliveries: { expected: 5_000, received: 100 },
  },
})

test.each<[string, ScenarioFigures]>([
  ['invalid', INVALID],
  ['interrupted', scenario({ multicast: { responseMs } }, { isInterrupted: true })],
  ['ended early', scenario({ multicast: { responseMs } }, { abortReason: 'p95 was 20 ms' })],
  ['not measured', { state: 'unmeasured', name: 'mixed', error: 'connection refused' }],
  ['succeeded', scenario({ multicast: { counts: { ok: 0, failed: 1_000 } } })],
  [
    'unknown',
    scenario({
      multicast: { responseMs, deliveries: { kind: 'unknown', reason: 'no receivers' } },
    }),
  ],
])('a measurement with %s has no usable times, and the scenario says why', (why, entry) => {
  const round = readAll(scenario({ multicast: { responseMs } }), entry)
  expect(round.candidate['mixed › validity']).toMatchObject({ flaw: expect.stringContaining(why) })
  expect(round.baseline['mixed › validity']).toEqual({ kind: 'validity', flaw: null })
  expect(round.candidate['mixed › multicast › service p50']).toMatchObject({
    kind: 'unusable',
    why: expect.stringContaining(why),
  })
})

function readAll(baseline: ScenarioFigures, candidate: ScenarioFigures | null) {
  const entries = { baseline: [baseline], candidate: candidate === null ? [] : [candidate] }
  return readRound(findComparisons(entries, 'alone'), entries, 'baseline')
}

test('reads errors, delivery and shortfall from an invalid run as well', () => {
  expect(read(INVALID, 'errors')).toEqual({ kind: 'share', count: 940, of: 1_000 })
  expect(read(INVALID, 'shortfall')).toEqual({ kind: 'share', count: 900, of: 1_000 })
  expect(read(INVALID, 'delivery')).toEqual({ kind: 'share', count: 4_900, of: 5_000 })
})

test('a scenario that only the baseline measured is unusable in the candidate, not absent', () => {
  const { candidate } = readAll(scenario({ multicast: { responseMs } }), null)
  expect(candidate['mixed › validity']).toEqual({
    kind: 'validity',
    flaw: 'not measured: the run ended without it',
  })
  expect(Object.values(candidate).map(({ kind }) => kind)).not.toContain('absent')
})

test('a candidate without recipients has delivered nothing', () => {
  const sending = (expected: number) =>
    scenario({ multicast: { responseMs, deliveries: { expected, received: expected } } })
  expect(readAll(sending(5_000), sending(0)).candidate['mixed › multicast › delivery']).toEqual({
    kind: 'share',
    count: 5_000,
    of: 5_000,
  })
  const nobody = readAll(sending(0), sending(0))
  expect(nobody.candidate['mixed › multicast › delivery']?.kind).toBe('unusable')
})

test('operations and metrics that a measured version lacks are absent', () => {
  const both = { responseMs, deliveries: { expected: 10, received: 10 } }
  const { baseline } = readAll(
    scenario({ multicast: { responseMs } }),
    scenario({ multicast: both, enumerate: { responseMs } }),
  )
  const absent = Object.entries(baseline).flatMap(([id, { kind }]) =>
    kind === 'absent' ? [id] : [],
  )
  expect(absent).toContain('mixed › multicast › delivery')
  expect(absent).toContain('mixed › enumerate › service p50')
  expect(absent).not.toContain('mixed › multicast › service p50')
})

test('beside pairs, rounds judge effects of load; alone, the median as well', () => {
  const both = { responseMs, deliveries: { expected: 10, received: 10 } }
  const entries = [scenario({ multicast: both })]
  const found = (metrics: DefaultMetrics) =>
    findComparisons({ baseline: entries, candidate: entries }, metrics).map(({ metric }) =>
      labelOf(metric),
    )
  const loaded = ['service p95', 'completion p50', 'completion p95']
  const counted = ['errors', 'delivery', 'shortfall']
  expect(found('beside pairs')).toEqual(['validity', ...loaded, ...counted])
  expect(found('alone')).toEqual(['validity', 'service p50', ...loaded, ...counted])
})

test('compares requested metrics of every operation that has them, and validity', () => {
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
    'null validity',
    'register errors',
    'multicast errors',
    'multicast delivery',
  ])
})

test('does not compare an open load with a closed one', () => {
  const entries = {
    baseline: [scenario({ multicast: { responseMs } })],
    candidate: [scenario({ multicast: { responseMs } }, { model: closedModel() })],
  }
  const comparisons = findComparisons(entries, 'alone')
  const { baseline, candidate } = readRound(comparisons, entries, 'baseline')
  expect(comparisons).not.toEqual([])
  for (const { id } of comparisons) {
    const why = 'the load of "mixed" is open in the baseline and closed in the candidate'
    expect(baseline[id]).toEqual({ kind: 'absent', why })
    expect(candidate[id]).toEqual({ kind: 'absent', why })
  }
})
