import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPage } from '../../report/html/page.ts'
import { printableRun } from '../../run-file/printable-run.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { runOf, scenarioOf, times } from '../../run-file/testing/run-fixture.ts'
import { compareRuns } from '../decision/compare-runs.ts'
import { comparisonPage } from './comparison-page.ts'

const fast = scenarioOf('mixed', { responseMs: times(300, 1) })
const slow = scenarioOf('mixed', { responseMs: times(300, 2) })

function pageOf(baseline: RunFile, candidate: RunFile) {
  const runs = [printableRun(baseline), printableRun(candidate)] as const
  const comparison = compareRuns(...runs, { isUnlikeAllowed: false })
  const page = comparisonPage(comparison, runs)
  return { ...page, text: renderPage(page, { script: '', style: '' }) }
}

describe('the first sentence', () => {
  const { environment } = runOf([])
  const unlike = { environment: { ...environment, nodeVersion: '26.0.0' } }
  test.each([
    [
      'names what is worth a look',
      [fast],
      [slow],
      {},
      'Worth a look, not proven: a service P50 of mixed, 1.00 ms against 2.00 ms (2.00 ×).',
    ],
    [
      'says that nothing differs',
      [fast],
      [fast],
      {},
      'No difference is beyond the runs&#39; own spread',
    ],
    [
      'names unlike environments',
      [fast],
      [slow],
      unlike,
      'Not comparable: the environments differ in Node.',
    ],
    [
      'says that no scenario is shared',
      [fast],
      [scenarioOf('watch')],
      {},
      'Not comparable: the runs have no scenario in common.',
    ],
    ['says that of empty runs', [], [], {}, 'Not comparable: the runs have no scenario in common.'],
  ])('%s', (_, baseline, candidate, change, sentence) => {
    const { text } = pageOf(runOf(baseline), runOf(candidate, change))
    expect(text.replaceAll("'", '&#39;')).toContain(`<h1>${sentence}`)
  })
})

test('both runs are over each other: percentiles, seconds and ratios', () => {
  const { charts } = pageOf(runOf([fast]), runOf([slow]))
  expect(charts.map(({ id }) => id)).toEqual([
    'scenario-1-1-percentiles',
    'scenario-1-1-over-time',
    'scenario-1-ratios',
  ])
  for (const chart of charts.slice(0, 2)) {
    const series = chart.kind === 'lines' ? chart.series : []
    expect(series.map(({ tone, values }) => [tone, Math.round(values.at(-1) ?? 0)])).toEqual([
      ['baseline', 1],
      ['candidate', 2],
    ])
  }
})

test('any two runs make a page whose charts have figures and whose names hold no markup', () => {
  fc.assert(
    fc.property(arbitraryRun, arbitraryRun, (a, b) => {
      const evil = '</script><script>alert(1)</script>\u001b[2J'
      const named = (run: RunFile) => ({
        ...run,
        scenarios: run.scenarios.map((scenario) => ({ ...scenario, name: evil, file: 'x' })),
      })
      const { text, charts } = pageOf(named(a), named(b))
      expect(text.match(/<script/g)).toHaveLength(2)
      expect(text).not.toContain('\u001b')
      for (const { id } of charts) expect(text).toContain(`data-chart="${id}"`)
      expect(new Set(charts.map(({ id }) => id)).size).toBe(charts.length)
    }),
    { numRuns: 15 },
  )
})
