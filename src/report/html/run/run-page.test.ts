import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closedModel, loadResult } from '../../../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../../../run-file/json/load-result-json.ts'
import type { RunFile } from '../../../run-file/run-file.ts'
import { arbitraryRun } from '../../../run-file/testing/arbitrary-run.ts'
import { runOf, scenarioOf, times } from '../../../run-file/testing/run-fixture.ts'
import type { Chart } from '../chart.ts'
import { renderPage } from '../page.ts'
import { runPage } from './run-page.ts'

const ASSETS = { script: '', style: '' }

const pageOf = (run: RunFile): string => renderPage(runPage(run), ASSETS)

const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\u0007'

test('every run has a page, with a figure for each chart and headings in order', () => {
  fc.assert(
    fc.property(arbitraryRun, (run) => {
      const shown = runPage(run)
      const page = renderPage(shown, ASSETS)
      for (const chart of shown.charts) {
        expect(page).toContain(`data-chart="${chart.id}"`)
        expect(flawOf(chart)).toBeNull()
      }
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
      expect(levels[0]).toBe(1)
      for (const [at, level] of levels.entries()) {
        expect(level).toBeLessThanOrEqual((levels[at - 1] ?? 0) + 1)
      }
    }),
    { numRuns: 30 },
  )
})

test('markup and control characters in names stay text', () => {
  const run = runOf([scenarioOf(HOSTILE, {}, { error: HOSTILE, file: HOSTILE })], {
    profile: HOSTILE,
  })
  const page = pageOf(run)
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(page).not.toContain('<img')
  expect(page).not.toContain('\u202e')
  expect(page).not.toContain('\u0007')
})

test('opens with the sentence of the run, and shows the worst bound first', () => {
  const bound = {
    operation: 'a',
    metric: 'response P95',
    unit: 'ms',
    comparison: '<',
    punctual: null,
    isDefault: false,
    windows: null,
  } as const
  const slo = [
    { ...bound, bound: 30, measured: 20, outcome: 'met' },
    { ...bound, bound: 30, measured: 41, outcome: 'missed' },
  ] as const
  const page = pageOf(runOf([scenarioOf('read', {}, { slo, testStatus: 'failed' })]))
  expect(page).toMatch(/<h1>Missed: a response P95 41(\.0)? ms, bound 30 ms/)
  expect(page.indexOf('missed: 137 %')).toBeGreaterThan(0)
  expect(page.indexOf('missed: 137 %')).toBeLessThan(page.indexOf('met: 66 %'))
})

test('says how much timing from the actual start would hide', () => {
  const late = scenarioOf('late', { responseMs: times(100, 30), serviceMs: times(100, 10) })
  expect(pageOf(runOf([late]))).toMatch(/would hide 20(\.0)? ms/)
})

test('a load of users shows them, and no service time or lateness', () => {
  const model = closedModel()
  const entry = scenarioOf('users')
  const result = serializeLoadResult({ ...loadResult({ a: {} }), model })
  const page = pageOf(runOf([{ ...entry, result }]))
  expect(page).toContain('Iterations of users')
  expect(page).not.toContain('a: lateness')
})

test('a run without anything is a page, too', () => {
  expect(pageOf(runOf([]))).toContain('Nothing was measured')
})

/** What no chart may be: series of another length than its axis, or a figure that JSON has no form of. */
function flawOf(chart: Chart): string | null {
  if (chart.kind === 'heat-map') {
    return chart.cells.every((cell) => Number.isSafeInteger(cell)) ? null : 'a cell'
  }
  for (const { values, label } of chart.series) {
    if (values.length !== chart.xs.length) return `${label}: ${values.length} values`
    if (values.some((value) => value !== null && !Number.isFinite(value))) return label
  }
  return null
}
