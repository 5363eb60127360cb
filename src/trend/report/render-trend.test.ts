import { expect, test } from 'vitest'
import type { HistoryRow } from '../../run-file/history/history-row.ts'
import { METRICS } from '../decision/metrics.ts'
import { renderTrend } from './render-trend.ts'
import { rowOf, unevenness } from '../testing/history-row.ts'
import { seriesOf } from '../decision/series.ts'
import { trendCsv, trendData } from './trend-table.ts'

const days = Array.from({ length: 90 }, (_, day) => day)
const all = { metrics: METRICS, isByReference: true }
const p50 = { metrics: METRICS.slice(0, 1), isByReference: true }

const stepped = days.map((day) =>
  rowOf(day, {
    serviceP50Ms: (1 + unevenness(day)) * (day < 60 ? 1 : 1.2),
    ...(day < 59 ? {} : { nodeVersion: '24.2.0' }),
  }),
)

test('describes a change by commit, levels, confirming runs and simultaneous version changes', () => {
  const text = renderTrend(seriesOf(stepped, p50), false).replaceAll(/\n {4}/g, ' ')
  expect(text).toMatch(
    /P50 worse by 20\.0 % since abc003c \(2026-03-02 00:00 UTC\): median 1\.01 ms before, 1\.21 ms after; confirmed by \d+ runs; at the same time: Node 24\.1\.0 → 24\.2\.0/,
  )
  expect(text).toContain('2026-03-01 abc003b: Node 24.1.0 → 24.2.0')
  expect(text).toContain('1 change in 1 series with 16 runs or more')
  expect(text).toContain('at most 0.21 % ever show one')
})

test('states the kind of times and their divisor', () => {
  const text = renderTrend(seriesOf(stepped, all), false)
  expect(text).toMatch(
    /90 runs from 2026-01-01 \(abc0000\) to 2026-03-31 \(abc0059\)\n +P50 to P99\.9 are service times/,
  )
  expect(text).toContain('P50, P95, P99, P99.9: as measured (not all of the first 12 runs')
  const old = stepped.map((row) => ({ ...row, seriesKey: null }))
  expect(renderTrend(seriesOf(old, all), false)).toContain('P50 to P99.9 are response times')
})

test('fits 80 columns, without colours unless on a terminal', () => {
  const long: Partial<HistoryRow> = {
    environment: `${'Redis and NATS, '.repeat(9)}2 cores of Some CPU`,
    scenario: 'a scenario whose name has many words, '.repeat(4),
    referenceVersion: 1,
    referenceRedisP50Ms: 123.456,
    referenceNatsP50Ms: 1,
    serviceP99Ms: 123_456,
    throughputPerSecond: 123_456.7,
    deliveryRatio: 1,
  }
  const rows = stepped.map((row, day) => ({ ...row, ...long, isDirty: true, kernel: `k ${day}` }))
  const text = renderTrend(seriesOf(rows, all), true)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(text).not.toContain('\u001b')
})

test('short series say how many runs they need, and uncommitted work is marked', () => {
  const rows = stepped.slice(0, 14).map((row, day) => ({ ...row, isDirty: day === 13 }))
  const text = renderTrend(seriesOf(rows, p50), false)
  expect(text).toContain('needs 2 more runs')
  expect(text).toMatch(/1 of uncommitted\s+work \(\*\)[^]* ms\*/)
  expect(text).toContain('No series has the 16 runs needed to find a change.')
})

test('strips control characters from every name', () => {
  const evil = { scenario: '\u001b[2Jx', environment: '\u202ey', nodeVersion: '\u001b[2J' }
  const rows = stepped.map((row, day) => ({ ...row, ...(day > 50 ? evil : {}) }))
  const text = renderTrend(seriesOf(rows, all), false)
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
})

test('CSV and JSON put a change at its first run', () => {
  const series = seriesOf(stepped, p50)
  const lines = trendCsv(series).split('\n')
  expect(lines.filter((line) => line.includes(',true,'))).toHaveLength(1)
  expect(trendData(series)).toMatchObject([
    {
      metric: 'p50',
      timeKind: 'service',
      changes: [{ index: 60, commit: 'abc003c', isWorse: true }],
    },
  ])
})

test('shows times in ms, also where the reference workload decides', () => {
  const rows = Array.from({ length: 40 }, (_, day) => {
    const speed = day % 2 === 0 ? 1 : 3
    const round = { referenceVersion: 1, referenceRedisP50Ms: speed, referenceNatsP50Ms: speed }
    return rowOf(day, { ...round, serviceP50Ms: 5 * speed * (1 + unevenness(day)) })
  })
  const text = renderTrend(seriesOf(rows, p50), false)
  // The level is that of a machine at the median of the runs, which is 2.
  expect(text).toMatch(/P50 .* 10\.1 ms +15\.2 ms +none/)
  expect(text).toMatch(/P50: judged in multiples of the reference workload's round trip/)
})
