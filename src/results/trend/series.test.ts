import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistoryRow } from '../history.ts'
import { METRICS } from './metrics.ts'
import { renderTrend } from './render-trend.ts'
import { seriesOf, type Series } from './series.ts'
import { trendCsv } from './trend-table.ts'

/** A run on day `day` (0, 1, 2 …), each of a commit of its own. */
function row(day: number, change: Partial<HistoryRow> = {}): HistoryRow {
  return {
    runId: `run-${String(day).padStart(4, '0')}`,
    startedAt: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
    commit: (0xabc0000 + day).toString(16),
    isDirty: false,
    environmentKey: '0123456789abcdef',
    environment: 'one machine',
    workloadHash: 'fedcba9876543210',
    scenario: 'mixed',
    operation: 'register',
    verdict: 'valid',
    requests: 1_000,
    p50Ms: 1 + (day % 3) / 100,
    p95Ms: 2,
    p99Ms: 3,
    p999Ms: 4,
    throughputPerSecond: 100,
    errorRatio: 0,
    deliveryRatio: null,
    referenceVersion: null,
    referenceRedisP50Ms: null,
    referenceNatsP50Ms: null,
    ...change,
  }
}

const days = Array.from({ length: 20 }, (_, day) => day)
const all = { metrics: METRICS, isByReference: true }
const p50 = { metrics: METRICS.slice(0, 1), isByReference: true }

function only(series: readonly Series[]): Series {
  const [first, ...others] = series
  if (first === undefined || others.length > 0) throw new Error(`${series.length} series`)
  return first
}

describe('series', () => {
  test('are by time, whatever the order of the rows, without what has no value', () => {
    const rows = days.map((day) => row(day))
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 20 }), (shuffled) => {
        const series = seriesOf(shuffled, all)
        expect(series.map(({ metric }) => metric.name)).toEqual([
          'p50',
          'p95',
          'p99',
          'p99.9',
          'rate',
          'errors',
        ])
        expect(series[0]?.points.map(({ runId }) => runId)).toEqual(rows.map(({ runId }) => runId))
      }),
      { numRuns: 10 },
    )
  })

  test('name the first commit after a change, with means and size', () => {
    const series = only(
      seriesOf(
        days.map((day) => row(day, { p50Ms: (1 + (day % 3) / 100) * (day < 9 ? 1 : 1.2) })),
        p50,
      ),
    )
    const [change, ...others] = series.changes ?? []
    expect(others).toEqual([])
    expect(change?.first.commit).toBe('abc0009')
    expect(change?.meanBefore).toBeCloseTo(1.01, 10)
    expect(change?.relative).toBeCloseTo(0.2, 1)
    const text = renderTrend([series], true)
    expect(text).toMatch(
      /P50 .*worse by 19\.9 %.* since .*abc0009.* \(2026-01-10T00:00Z\): mean 1\.0\d ms before/,
    )
    expect(
      trendCsv([series])
        .split('\n')
        .filter((line) => line.includes(',true,')),
    ).toHaveLength(1)
  })

  test('are apart where environments or loads are unlike: no change is seen between them', () => {
    for (const unlike of [{ environmentKey: 'f'.repeat(16) }, { workloadHash: null }]) {
      const rows = days.map((day) => row(day, day < 10 ? {} : { ...unlike, p50Ms: 9 + (day % 3) }))
      const series = seriesOf(rows, p50)
      expect(series.map(({ points, changes }) => [points.length, changes])).toEqual([
        [10, []],
        [10, []],
      ])
    }
  })

  test('leave invalid runs out, and count them', () => {
    const rows = days.map((day) => row(day, day % 5 === 0 ? { verdict: 'invalid', p50Ms: 99 } : {}))
    const series = only(seriesOf(rows, p50))
    expect(series.points).toHaveLength(16)
    expect(series.invalidRuns).toBe(4)
    expect(renderTrend([series], false)).toContain('16 runs, 4 invalid left out')
  })

  test('too short for a change say how many runs they need', () => {
    const series = only(
      seriesOf(
        days.slice(0, 4).map((day) => row(day)),
        p50,
      ),
    )
    expect(series.changes).toBeNull()
    expect(renderTrend([series], false)).toContain('2 more runs needed to find any')
  })

  test('mark runs of uncommitted work', () => {
    const rows = days.map((day) => row(day, { isDirty: day === 19 }))
    expect(renderTrend(seriesOf(rows, p50), false)).toMatch(/1 of uncommitted work \(\*\)[^]* ms\*/)
  })

  test('say of a change between two runs of one commit that it is not its doing', () => {
    const change = (day: number) => ({
      commit: 'abc0000',
      p50Ms: (day < 10 ? 1 : 2) + (day % 3) / 100,
    })
    const series = only(
      seriesOf(
        days.map((day) => row(day, change(day))),
        p50,
      ),
    )
    expect(series.changes?.map(({ isWithinCommit }) => isWithinCommit)).toEqual([true])
    expect(renderTrend([series], false)).toContain('between two runs of this commit')
  })
})

describe('by the reference workload', () => {
  /** A machine that is half as fast from day 10 on. */
  const slower = (day: number) => {
    const factor = day < 10 ? 1 : 2
    const reference = {
      referenceVersion: 1,
      referenceRedisP50Ms: 0.1 * factor,
      referenceNatsP50Ms: 0.4 * factor,
    }
    return row(day, { p50Ms: (1 + (day % 3) / 100) * factor, ...reference })
  }

  test('a day on which all was slow is no change', () => {
    const rows = days.map(slower)
    const series = only(seriesOf(rows, p50))
    expect(series.unit).toBe('×')
    expect(series.points[0]?.value).toBeCloseTo(1 / 0.2, 10)
    expect(series.changes).toEqual([])
    const asMeasured = only(seriesOf(rows, { ...p50, isByReference: false }))
    expect(asMeasured.unit).toBe('ms')
    expect(asMeasured.changes?.map(({ index }) => index)).toEqual([10])
  })

  test('only times are, and only where all runs have one of the same version', () => {
    const rows = days.map(slower)
    expect(seriesOf(rows, all).map(({ unit }) => unit)).toEqual([
      '×',
      '×',
      '×',
      '×',
      '1/s',
      'ratio',
    ])
    expect(only(seriesOf([...rows, row(20)], p50)).unit).toBe('ms')
    expect(only(seriesOf([...rows, { ...slower(20), referenceVersion: 2 }], p50)).unit).toBe('ms')
  })
})

test('whatever a run is called, nothing of it reaches the terminal but text', () => {
  const rows = days.map((day) => row(day, { scenario: '\u001b[2Jx', environment: '\u202ey' }))
  const text = renderTrend(seriesOf(rows, all), false)
  expect(text).not.toContain('\u001b[2J')
  expect(text).not.toContain('\u202e')
})
