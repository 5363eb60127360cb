import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricResult } from '../../load/metrics/metric-recorders.ts'
import { loadResult, type OperationFixture } from '../../load/testing/result-fixture.ts'
import type { LoadResult } from '../../load/result.ts'
import { readSlo, type Slo } from '../../load/slo/slo.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { NOTE_COLUMNS, notesCsv } from '../../run-file/csv/notes-csv.ts'
import { renderNotes } from './notes.ts'

const rendered = (
  operation: OperationFixture,
  of: Partial<LoadResult> = {},
  slo: Slo | null = null,
): string | null =>
  renderNotes(
    serializeLoadResult(loadResult({ read: operation }, of)),
    slo === null ? [] : readSlo(slo),
  )

test('a load without checks, tags and metrics has no lines about them', () => {
  expect(rendered({})).toBeNull()
})

test('a check that rarely fails never reads 100 %', () => {
  const checks = [{ name: 'has a body', passed: 9_999_999, failed: 1 }]
  expect(rendered({ checks })).toMatch(/has a body +read +10,000,000 +1 +99\.999 %/)
})

test('a check that was never made has no ratio', () => {
  const checks = [{ name: 'has a body', passed: 0, failed: 0 }]
  expect(rendered({ checks })).toMatch(/has a body +read +0 +0 +–/)
})

test('names a check of the SLO that was never made, and the most similar one that was', () => {
  const checks = [{ name: 'has a body', passed: 1, failed: 0 }]
  const slo = { checks: { 'has body': { min: 1 } } }
  expect(rendered({ checks }, {}, slo)).toMatch(
    /^ {2}check "has body" was never made\. Did you mean "has a body"\?$/m,
  )
})

test('names values left out, clamped or not declared', () => {
  const gauge: MetricResult = {
    kind: 'gauge',
    name: 'depth',
    unit: '',
    count: 0,
    values: null,
    invalid: 3,
  }
  const text = rendered({}, { metrics: [gauge], undeclaredTags: { count: 2, sample: 'cache=mis' } })
  expect(text).toMatch(/^ +depth +gauge +never set$/m)
  expect(text).toMatch(/^ {2}depth: 3 values were not a finite number, and left out$/m)
  expect(text).toMatch(/^ {2}2 times an undeclared tag was set, such as cache=mis$/m)
})

test('the CSV has a row per check, tag value and metric; without any, there is no CSV', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const results = run.scenarios.flatMap((scenario) =>
        scenario.state === 'measured' ? [scenario.result] : [],
      )
      const rows = results.reduce(
        (sum, { operations, metrics }) =>
          operations.reduce((all, { checks, tags }) => all + checks.length + tags.length, sum) +
          metrics.length,
        0,
      )
      const csv = notesCsv(run)
      if (rows === 0) expect(csv).toBeNull()
      // Texts may have lines of their own.
      else expect(csv?.match(new RegExp(`^"?'?${run.runId}`, 'gm'))).toHaveLength(rows)
    }),
    { numRuns: 25 },
  )
})

test('columns of the CSV have distinct plain names and a description each', () => {
  const labels = NOTE_COLUMNS.map(({ label }) => label)
  expect(new Set(labels).size).toBe(labels.length)
  for (const { label, description } of NOTE_COLUMNS) {
    expect(label).toMatch(/^[a-z][A-Za-z0-9]*$/)
    expect(description).not.toBe('')
  }
})
