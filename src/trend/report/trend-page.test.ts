import { describe, expect, test } from 'vitest'
import type { HistoryRow } from '../../run-file/history/history-row.ts'
import { renderPage } from '../../report/html/page.ts'
import { METRICS } from '../decision/metrics.ts'
import { seriesOf } from '../decision/series.ts'
import { rowOf, unevenness } from '../testing/history-row.ts'
import { trendPage } from './trend-page.ts'

const all = { metrics: METRICS, isByReference: true }

/** 40 runs, the later half 20 % slower at P50. */
function rows(change: Partial<HistoryRow> = {}): readonly HistoryRow[] {
  return Array.from({ length: 40 }, (_, day) =>
    rowOf(day, { serviceP50Ms: (1 + unevenness(day)) * (day < 20 ? 1 : 1.2), ...change }),
  )
}

function pageOf(history: readonly HistoryRow[]) {
  const page = trendPage(seriesOf(history, all), { title: 'History', unread: [] })
  return { ...page, text: renderPage(page, { script: '', style: '' }) }
}

test('says first what changed, at which commit, and by how much', () => {
  const { text } = pageOf(rows())
  expect(text).toContain(
    'mixed: register: P50 worse by 20.1 % since abc0014, from 1.01 ms to 1.21 ms. In all, 1 change for the worse and 0 for the better.',
  )
})

describe('a chart of a metric', () => {
  test('names runs by commit and date, and marks the change between two of them', () => {
    const [chart, ...others] = pageOf(rows()).charts
    // Metrics that never varied have none.
    expect(others).toEqual([])
    expect(chart?.x).toMatchObject({ scale: 'names' })
    expect(chart?.x.scale === 'names' && chart.x.names[20]).toBe('2026-01-21 abc0014')
    expect(chart?.marks).toEqual([
      { from: 19, to: 20, kind: 'change', label: 'worse by 20.1 %: abc0014' },
    ])
  })

  test('has a dot per run and a level that steps at the change', () => {
    const [chart] = pageOf(rows()).charts
    const [runs, level] = chart?.kind === 'lines' ? chart.series : []
    expect(runs?.shape).toBe('dots')
    expect(runs?.values).toHaveLength(40)
    expect(new Set(level?.values)).toEqual(new Set([level?.values[0], level?.values[39]]))
    expect(level?.values[19]).toBeCloseTo(1.01, 2)
    expect(level?.values[20]).toBeCloseTo(1.21, 2)
  })
})

test('few runs, and none, are said to be so', () => {
  expect(pageOf(rows().slice(0, 1)).text).toContain('1 run: too few to find a change.')
  expect(pageOf(rows().slice(0, 19)).text).toContain('No metric changed in 19 runs.')
  expect(pageOf([]).text).toContain('The history has no valid run.')
})

test('names can hold no markup, script or control character', () => {
  const evil = '</script><script>alert(1)</script><img src=x>\u001b[2J\u202e'
  const { text } = pageOf(
    rows({ scenario: evil, environment: evil, operation: evil, kernel: evil }),
  )
  expect(text.match(/<script/g)).toHaveLength(2)
  for (const part of ['<img', '\u001b', '\u202e']) expect(text).not.toContain(part)
})
