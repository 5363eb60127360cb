import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRun, arbitraryText } from '../../run-file/testing/arbitrary-run.ts'
import { printableRun } from '../../run-file/printable-run.ts'
import { percentilePlots } from './choose-plots.ts'
import { compareRuns } from '../decision/compare-runs.ts'
import { comparisonCsv } from './comparison-csv.ts'
import { comparisonMarkdown } from './comparison-markdown.ts'
import { renderPercentilePlot } from './percentile-plot.ts'
import { renderComparison } from './render-comparison.ts'
import { runOf, scenarioOf, times } from '../../run-file/testing/run-fixture.ts'

const strict = { isUnlikeAllowed: false }
const fast = scenarioOf('mixed', { responseMs: times(300, 1) })
const slow = scenarioOf('mixed', { responseMs: times(300, 2) })
const comparison = compareRuns(runOf([fast]), runOf([slow]), strict)

describe('for a terminal', () => {
  test('shows both figures, their ratio and the mark in one row', () => {
    const text = renderComparison(comparison, [])
    expect(text).toMatch(/a +service P50 +1\.00 ms +2\.00 ms +2\.00 × +worth a look: higher/)
    expect(text).toMatch(/service P95 +~1\.00 ms +~2\.00 ms +~2\.00 × +not judged\n/)
  })

  test('fits into 80 columns', () => {
    const [tables = ''] = renderComparison(comparison, []).split('\n\n').slice(1)
    for (const line of tables.split('\n').filter((text) => !text.includes('judged:'))) {
      expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  test('strips control characters from everything in a run file', () => {
    const title = '\u001b]0;owned\u0007\u009b2J'
    const name = fc.oneof(arbitraryText, fc.constant(title))
    fc.assert(
      fc.property(arbitraryRun, name, (run, evil) => {
        const scenarios = run.scenarios.map((scenario) => ({ ...scenario, name: evil }))
        const shown = printableRun({ ...run, scenarios })
        const text = renderComparison(
          compareRuns(shown, shown, strict),
          percentilePlots(shown, shown, null),
        )
        // oxlint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
      }),
      { numRuns: 15 },
    )
  })
})

describe('as Markdown', () => {
  test('lists figures that were not judged, with the reason', () => {
    expect(comparisonMarkdown(comparison)).toContain(
      'not judged: service P95, service P99 of a: too few requests',
    )
  })

  test('puts marked differences first and folds all figures below', () => {
    const text = comparisonMarkdown(comparison)
    expect(text.indexOf('worth a look |')).toBeLessThan(text.indexOf('<details>'))
    expect(text).toContain(
      '| a | service P50 | 1.00 ms | 2.00 ms | 2.00 × | worth a look: higher |',
    )
  })
})

test('CSV has one row per metric, with all digits', () => {
  const [head, ...rows] = comparisonCsv(comparison).trim().split('\n')
  expect(head).toMatch(/^baseline,candidate,scenario/)
  expect(rows).toHaveLength(9)
  expect(rows[0]).toContain('"service P50","ms",1,2,2,false,"worth a look","higher"')
})

test('CSV has a row for everything unmeasured or in only one run', () => {
  const unmeasured = { state: 'unmeasured', testStatus: 'failed', error: 'no connection' } as const
  const { name, file } = fast
  const csv = comparisonCsv(
    compareRuns(
      runOf([fast, scenarioOf('watch')]),
      runOf([{ ...unmeasured, name, file }, scenarioOf('soak')]),
      strict,
    ),
  )
  const rows = csv.trim().split('\n').slice(1)
  expect(rows.map((row) => row.split(',').slice(2))).toEqual([
    [
      '"mixed"',
      '"bench/mixed.load.ts"',
      '"unmeasured"',
      ...NO_METRIC,
      '"the candidate did not measure it"',
    ],
    ['"watch"', '', '"only in baseline"', ...NO_METRIC, '"one run does not have it"'],
    ['"soak"', '', '"only in candidate"', ...NO_METRIC, '"one run does not have it"'],
  ])
})

const NO_METRIC = ['', '', '', '', '', '', '', '"not judged"']

describe('a plot of percentiles', () => {
  test('fits into 80 columns, with both runs, their times and the nines', () => {
    const plot =
      renderPercentilePlot(
        'mixed/a',
        (p) => 1 / (100.01 - p),
        (p) => 3 / (100.01 - p),
      ) ?? ''
    const lines = plot.split('\n')
    expect(Math.max(...lines.slice(1).map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines.at(-1)).toMatch(/P50 +P90 +P95 +P99 +P99\.9 +P99\.99/)
    for (const mark of ['o', 'x']) {
      expect(lines.slice(1, -2).filter((line) => line.split('┤')[1]?.includes(mark))).not.toEqual(
        [],
      )
    }
  })

  test('draws equal runs as one line, and nothing without times', () => {
    const plot =
      renderPercentilePlot(
        'mixed/a',
        () => 5,
        () => 5,
      ) ?? ''
    expect(plot.split('\n').filter((line) => /┤\*+$/.test(line))).toHaveLength(1)
    expect(
      renderPercentilePlot(
        'mixed/a',
        () => null,
        () => 5,
      ),
    ).toBeNull()
  })

  test('shows the operation that differs most, or the named one', () => {
    const names = ['x', 'y', 'z']
    const before = runOf(names.map((name) => scenarioOf(name, { responseMs: times(300, 4) })))
    const after = runOf(
      names.map((name) => scenarioOf(name, { responseMs: times(300, name === 'y' ? 2 : 4) })),
    )
    expect(percentilePlots(before, after, null).map((plot) => plot.split(',')[0])).toEqual([
      '  y/a',
    ])
    expect(percentilePlots(before, after, 'Z/a')[0]).toMatch(/^ {2}z\/a/)
    expect(() => percentilePlots(before, after, 'a')).toThrow(
      /several operations.*x\/a, y\/a, z\/a/,
    )
    expect(() => percentilePlots(before, after, 'w/a')).toThrow(/no such operation.*x\/a/)
    expect(percentilePlots(runOf([fast]), runOf([slow]), null)).toHaveLength(1)
  })
})
