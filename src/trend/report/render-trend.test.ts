import { expect, test } from 'vitest'
import type { HistoryRow } from '../../run-file/history/history.ts'
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

test('a change is said with its commit, levels, the runs that confirmed it and what changed beside it', () => {
  const text = renderTrend(seriesOf(stepped, p50), false).replaceAll(/\n {4}/g, ' ')
  expect(text).toMatch(
    /P50 worse by 20\.0 % since abc003c \(2026-03-02T00:00Z\): median 1\.01 ms before, 1\.21 ms after; confirmed by \d+ runs; beside it: Node 24\.1\.0 → 24\.2\.0/,
  )
  expect(text).toContain('2026-03-01 abc003b: Node 24.1.0 → 24.2.0')
  expect(text).toContain('1 change in 1 series with 16 runs or more')
  expect(text).toContain('at most 0.21 % ever show one')
})

test('the page says of which times it speaks, and by what they were divided', () => {
  const text = renderTrend(seriesOf(stepped, all), false)
  expect(text).toContain('90 runs, P50 to P99.9 are service times')
  expect(text).toContain('P50, P95, P99, P99.9: as measured (no reference')
  const old = stepped.map((row) => ({ ...row, seriesKey: null }))
  expect(renderTrend(seriesOf(old, all), false)).toContain('P50 to P99.9 are response times')
})

test('every line fits 80 columns, and has no colours where there is no terminal', () => {
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

test('series too short for a change say how many runs they need; uncommitted work is marked', () => {
  const rows = stepped.slice(0, 14).map((row, day) => ({ ...row, isDirty: day === 13 }))
  const text = renderTrend(seriesOf(rows, p50), false)
  expect(text).toContain('in 2 runs')
  expect(text).toMatch(/1 of uncommitted work \(\*\)[^]* ms\*/)
  expect(text).toContain('No series has the 16 runs that a change needs.')
})

test('whatever a run is called, nothing of it reaches the terminal but text', () => {
  const evil = { scenario: '\u001b[2Jx', environment: '\u202ey', nodeVersion: '\u001b[2J' }
  const rows = stepped.map((row, day) => ({ ...row, ...(day > 50 ? evil : {}) }))
  const text = renderTrend(seriesOf(rows, all), false)
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\u202e')
})

test('as CSV and JSON, the change is at its first run', () => {
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
