import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistoryRow } from '../../run-file/history/history-row.ts'
import { METRICS } from './metrics.ts'
import { rowOf, unevenness } from '../testing/history-row.ts'
import { seriesOf, type Series } from './series.ts'
import { simulatedRuns } from '../simulation/simulated-runs.ts'

const days = Array.from({ length: 40 }, (_, day) => day)
const all = { metrics: METRICS, isByReference: true }
const p50 = { metrics: METRICS.slice(0, 1), isByReference: true }

/** 1 ms, and 1.2 ms from a day on. */
const stepAt = (day: number, at: number) =>
  rowOf(day, { serviceP50Ms: (1 + unevenness(day)) * (day < at ? 1 : 1.2) })

function only(series: readonly Series[]): Series {
  const [first, ...others] = series
  if (first === undefined || others.length > 0) throw new Error(`${series.length} series`)
  return first
}

describe('series', () => {
  test('are in chronological order whatever the order of rows, and omit missing values', () => {
    const rows = days.map((day) => rowOf(day))
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 40 }), (shuffled) => {
        const series = seriesOf(shuffled, all)
        const names = series.map(({ metric }) => metric.name)
        expect(names).toEqual(['p50', 'p95', 'p99', 'p99.9', 'rate', 'errors'])
        expect(series[0]?.points.map(({ runId }) => runId)).toEqual(rows.map(({ runId }) => runId))
      }),
      { numRuns: 10 },
    )
  })

  test('name the first commit after a change, the confirming run, levels and size', () => {
    const series = only(
      seriesOf(
        days.map((day) => stepAt(day, 20)),
        p50,
      ),
    )
    const [change, ...others] = series.changes ?? []
    expect(others).toEqual([])
    expect(change?.first.commit).toBe('abc0014')
    expect(change?.confirmedBy).toBeGreaterThanOrEqual(27)
    expect(change?.isWorse).toBe(true)
    expect(change?.levelBefore).toBeCloseTo(1.01, 2)
    expect(change?.relative).toBeCloseTo(0.2, 2)
  })

  test('are separate for unlike machines, major versions and loads', () => {
    for (const unlike of [{ seriesKey: 'f'.repeat(16) }, { workloadHash: null }]) {
      const rows = days.map((day) => rowOf(day, day < 20 ? {} : { ...unlike, serviceP50Ms: 9 }))
      expect(seriesOf(rows, p50).map(({ points, changes }) => [points.length, changes])).toEqual([
        [20, []],
        [20, []],
      ])
    }
  })

  test('continue across patches of Node and kernel, and name these beside a change', () => {
    const patched = { nodeVersion: '24.2.0', kernel: 'linux x64 6.1.9', environmentKey: '9' }
    const rows = days.map((day) => ({ ...stepAt(day, 20), ...(day < 19 ? {} : patched) }))
    const series = only(seriesOf(rows, p50))
    const text = 'Node 24.1.0 → 24.2.0, kernel linux x64 6.1.0 → linux x64 6.1.9'
    expect(series.versionChanges).toEqual([{ index: 19, text }])
    expect(series.changes?.map(({ beside }) => beside)).toEqual([[text]])
  })

  test('use service times, or response times in rows of older versions', () => {
    const old = { seriesKey: null, serviceP50Ms: null, nodeVersion: '', kernel: '' }
    const rows = days.map((day) => rowOf(day, day < 20 ? old : {}))
    const kinds = seriesOf(rows, p50).map(({ timeKind, points }) => [timeKind, points.length])
    expect(kinds).toEqual([
      ['response', 20],
      ['service', 20],
    ])
  })

  test('omit invalid runs and count them', () => {
    const invalid = { verdict: 'invalid', serviceP50Ms: 99 } as const
    const rows = days.map((day) => rowOf(day, day % 5 === 0 ? invalid : {}))
    const series = only(seriesOf(rows, p50))
    expect(series.points).toHaveLength(32)
    expect(series.invalidRuns).toBe(8)
    expect(series.changes).toEqual([])
  })

  test('mark a change between two runs of one commit as not caused by it', () => {
    const rows = days.map((day) => ({ ...stepAt(day, 20), commit: 'abc0000' }))
    const series = only(seriesOf(rows, p50))
    expect(series.changes?.map(({ isWithinCommit }) => isWithinCommit)).toEqual([true])
  })

  test('ignore changes of times and rates below 1 %, but of no ratio', () => {
    const rows = days.map((day) =>
      rowOf(day, {
        throughputPerSecond: day < 20 ? 100 : 99.5,
        errorRatio: day < 20 ? 0 : 0.001,
      }),
    )
    const changed = seriesOf(rows, all).filter(({ changes }) => changes?.length !== 0)
    expect(changed.map(({ metric }) => metric.name)).toEqual(['errors'])
  })
})

test('later runs never remove or move a reported change', () => {
  const reported = (rows: readonly HistoryRow[]) =>
    seriesOf(rows, p50).flatMap(({ changes }) =>
      (changes ?? []).map(({ index, confirmedBy, first }) => [index, confirmedBy, first.runId]),
    )
  const noise = fc.record({
    relative: fc.constantFrom(0.03, 0.05),
    autocorrelation: fc.constantFrom(0, 0.6, 0.9),
    tails: fc.constantFrom('normal', 'heavy'),
    shared: fc.constantFrom(null, 0, 0.9),
  })
  let changes = 0
  fc.assert(
    fc.property(noise, fc.nat(1_000), fc.integer({ min: 20, max: 90 }), (of, seed, seen) => {
      const rows = simulatedRuns(100, of, { at: 40, relative: 0.3 }, seed, 0)
      const then = reported(rows.slice(0, seen))
      expect(reported(rows).slice(0, then.length)).toEqual(then)
      changes += then.length
    }),
    { numRuns: 60, seed: 1 },
  )
  expect(changes).toBeGreaterThan(10)
})

describe('the reference workload', () => {
  /** A machine whose speed varies by much from day to day, together with its reference. */
  const tracked = (day: number, change: Partial<HistoryRow> = {}) => {
    const factor = 1 + ((day * 5) % 7) / 10
    return rowOf(day, {
      serviceP50Ms: (1 + unevenness(day)) * factor,
      referenceVersion: 1,
      referenceRedisP50Ms: 0.1 * factor,
      referenceNatsP50Ms: 0.4 * factor,
      ...change,
    })
  }
  /** A reference that varies on its own. */
  const unrelated = (day: number) => {
    const referenceMs = 1 + ((day * 5) % 7) / 10
    return rowOf(day, {
      referenceVersion: 1,
      referenceRedisP50Ms: referenceMs,
      referenceNatsP50Ms: referenceMs,
    })
  }

  test('divides times if that lowers the variance', () => {
    const series = only(
      seriesOf(
        days.map((day) => tracked(day)),
        p50,
      ),
    )
    expect(series.unit).toBe('×')
    expect(series.points[0]?.value).toBeCloseTo(1 / 0.2, 10)
    expect(series.divisor).toMatchObject({ kind: 'reference', because: 'variance' })
  })

  test('does not divide if it would add its own variance', () => {
    const series = only(seriesOf(days.map(unrelated), p50))
    expect(series.unit).toBe('ms')
    expect(series.divisor).toMatchObject({ kind: 'none', because: 'variance' })
  })

  test('is decided once, by the first 12 runs', () => {
    const rows = days.map((day) => (day < 12 ? tracked(day) : unrelated(day)))
    expect(only(seriesOf(rows, p50)).unit).toBe('×')
    const early = only(seriesOf(rows.slice(0, 11), p50))
    expect(early.divisor).toEqual({ kind: 'none', because: 'too few runs' })
  })

  test('divides only times with a reference of the same version; other runs form a separate series', () => {
    const units = seriesOf(
      days.map((day) => tracked(day, { serviceP95Ms: 2 + ((day * 5) % 7) / 5 })),
      all,
    ).map(({ metric, unit }) => [metric.name, unit])
    expect(units.slice(0, 2)).toEqual([
      ['p50', '×'],
      ['p95', '×'],
    ])
    expect(units.slice(-2)).toEqual([
      ['rate', '1/s'],
      ['errors', 'ratio'],
    ])
    const rows = days.map((day) => tracked(day, day < 30 ? {} : { referenceVersion: 2 }))
    expect(seriesOf(rows, p50).map(({ unit, points }) => [unit, points.length])).toEqual([
      ['×', 30],
      ['ms', 10],
    ])
    const without = days.map((day) => (day === 3 ? rowOf(day) : tracked(day)))
    expect(only(seriesOf(without, p50)).divisor).toEqual({ kind: 'none', because: 'no reference' })
  })

  test('is ignored on request', () => {
    const rows = days.map((day) => tracked(day))
    const series = only(seriesOf(rows, { ...p50, isByReference: false }))
    expect(series.unit).toBe('ms')
    expect(series.divisor).toEqual({ kind: 'none', because: 'asked' })
  })
})
