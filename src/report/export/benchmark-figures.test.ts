import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { actionBenchmark } from './action-benchmark.ts'
import { bencherMetrics } from './bencher.ts'

const counts = { ok: 900, failed: 100 }
const run = runOf([scenarioOf('mixed', { counts, responseMs: [2], serviceMs: [1] })])

function entriesOf(text: string): readonly { name: string; value: number; unit: string }[] {
  return JSON.parse(text)
}

test('github-action-benchmark gets service and response times in ms, and failures in percent', () => {
  const entries = entriesOf(actionBenchmark(run))
  expect(entries.map(({ name, value, unit }) => [name, value, unit])).toEqual([
    ['mixed / a: service time P50', 1, 'ms'],
    ['mixed / a: service time P95', 1, 'ms'],
    ['mixed / a: response time P50', 2, 'ms'],
    ['mixed / a: response time P95', 2, 'ms'],
    ['mixed / a: requests not ok', 10, '%'],
  ])
  expect(entries[0]).toMatchObject({
    extra: `run ${run.runId}\nconstant 100/s, 900 of 1000 requests ok\nmeasurement: valid`,
  })
})

test('Bencher gets its own latency in ns and throughput, and times as measures', () => {
  expect(JSON.parse(bencherMetrics(run))).toEqual({
    'mixed / a': {
      latency: { value: 1e6 },
      throughput: { value: 90 },
      'service-time-p50': { value: 1e6 },
      'service-time-p95': { value: 1e6 },
      'response-time-p50': { value: 2_000_000 },
      'response-time-p95': { value: 2_000_000 },
      'error-ratio': { value: 0.1 },
    },
  })
})

test('leaves out a percentile with fewer than ten slower requests', () => {
  const planned = { planned: 999, started: 999, ok: 999 }
  const few = actionBenchmark(runOf([scenarioOf('mixed', { counts: planned })]))
  expect(few).not.toContain('P99')
  expect(actionBenchmark(runOf([scenarioOf('mixed')]))).toContain('P99')
})

test('untrusted numbers never join the series of trusted ones', () => {
  const verdict = { kind: 'invalid', reasons: [] } as const
  const invalid = runOf([scenarioOf('mixed', {}, { verdict })])
  const good = runOf([scenarioOf('mixed')])
  const names = (of: typeof run) => entriesOf(actionBenchmark(of)).map(({ name }) => name)
  expect(names(invalid).filter((name) => names(good).includes(name))).toEqual([])
  expect(Object.keys(JSON.parse(bencherMetrics(invalid)) as object)).toEqual([
    'mixed / a (not to be trusted)',
  ])
})

test('whatever a run holds, names are unique and values are finite numbers', () => {
  fc.assert(
    fc.property(arbitraryRun, (any) => {
      const entries = entriesOf(actionBenchmark(any))
      expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length)
      const bencher = JSON.parse(bencherMetrics(any)) as Record<
        string,
        Record<string, { value: number }>
      >
      const values = Object.values(bencher).flatMap((measures) => Object.values(measures))
      for (const { value } of [...entries, ...values]) expect(Number.isFinite(value)).toBe(true)
      const operations = any.scenarios.flatMap((scenario) =>
        scenario.state === 'measured' ? scenario.result.operations : [],
      )
      expect(Object.keys(bencher)).toHaveLength(operations.length)
    }),
    { numRuns: 30 },
  )
})
