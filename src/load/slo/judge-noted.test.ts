import { describe, expect, test } from 'vitest'
import type { MetricResult } from '../metrics/metric-recorders.ts'
import type { TagSplit } from '../notes/tag-splits.ts'
import { newTimeHistogram } from '../recording/histogram.ts'
import { loadResult, type OperationFixture } from '../testing/result-fixture.ts'
import { judgeSlo } from './judge-slo.ts'
import { readSlo, type Slo } from './slo.ts'

function judge(
  slo: Slo,
  operation: OperationFixture,
  metrics: readonly MetricResult[] = [],
): readonly object[] {
  return judgeSlo(loadResult({ a: operation }, { metrics }), readSlo(slo))
}

describe('a bound on a check', () => {
  const slo: Slo = { checks: { 'has a body': { min: 0.99 } } }
  const checks = (failed: number) => [{ name: 'has a body', passed: 100 - failed, failed }]

  test('is met at its ratio, and missed below it', () => {
    expect(judge(slo, { checks: checks(1) })).toMatchObject([{ measured: 0.99, outcome: 'met' }])
    expect(judge(slo, { checks: checks(2) })).toMatchObject([{ measured: 0.98, outcome: 'missed' }])
  })

  test('without any checks is inconclusive, or missed if no request succeeded', () => {
    expect(judge(slo, {})).toMatchObject([{ measured: null, outcome: 'inconclusive' }])
    const failing = { counts: { ok: 0, failed: 1_000 } }
    expect(judge(slo, failing)).toMatchObject([{ measured: null, outcome: 'missed' }])
    const some = { counts: { ok: 999, failed: 1 } }
    expect(judge(slo, some)).toMatchObject([{ measured: null, outcome: 'inconclusive' }])
    const silent = { counts: { ok: 0, timedOut: 1_000 } }
    expect(judge(slo, silent)).toMatchObject([{ measured: null, outcome: 'missed' }])
  })

  test('is inconclusive if checks under surplus names could make it missed', () => {
    const others = (failed: number) => [...checks(0), { name: 'OTHER', passed: 10, failed }]
    expect(judge(slo, { checks: others(1) })).toMatchObject([{ outcome: 'met' }])
    expect(judge(slo, { checks: others(2) })).toMatchObject([{ outcome: 'inconclusive' }])
  })
})

describe('a bound on a value of a tag', () => {
  const NONE = { ok: 0, failed: 0, timedOut: 0, unfinished: 0 }

  function split(
    value: string | null,
    counts: Partial<TagSplit['counts']>,
    responseMs: number,
  ): TagSplit {
    const all = { ...NONE, ...counts }
    const histogram = newTimeHistogram()
    const timed = all.ok + all.timedOut + all.unfinished
    if (timed > 0) histogram.recordValueWithCount(responseMs * 1_000, timed)
    const times = { response: histogram, service: histogram, undisturbed: histogram }
    return { tag: 'cache', value, counts: all, lostByPause: 0, ...times }
  }

  const p95: Slo = { tags: { cache: { hit: { response: { p95: '10ms' } } } } }
  const success: Slo = { tags: { cache: { hit: { successRate: 0.9 } } } }
  const slow = split('miss', { ok: 100 }, 50)

  test('is judged by the requests with that value only', () => {
    const fast = split('hit', { ok: 100 }, 5)
    expect(judge(p95, { tags: [fast, slow] })).toMatchObject([
      { metric: 'response P95, cache=hit', outcome: 'met' },
    ])
    const hits = split('hit', { ok: 90, failed: 10 }, 5)
    expect(judge(success, { tags: [hits, slow] })).toMatchObject([
      { metric: 'success rate, cache=hit', measured: 0.9, outcome: 'missed' },
    ])
  })

  test('is inconclusive if requests that ended without a value could make it missed', () => {
    const fast = split('hit', { ok: 100 }, 5)
    const lost = (timedOut: number) => split(null, { ok: 1_000, timedOut }, 5)
    expect(judge(p95, { tags: [fast, lost(5)] })).toMatchObject([{ outcome: 'met' }])
    expect(judge(p95, { tags: [fast, lost(6)] })).toMatchObject([{ outcome: 'inconclusive' }])
    expect(judge(success, { tags: [fast, lost(11)] })).toMatchObject([{ outcome: 'met' }])
    expect(judge(success, { tags: [fast, lost(12)] })).toMatchObject([{ outcome: 'inconclusive' }])
  })

  test('is inconclusive if requests that were not started could make it missed', () => {
    const tags = [split('hit', { ok: 100 }, 5)]
    const unstarted = (dropped: number, notStarted: number) => ({
      tags,
      counts: { ok: 100, dropped, notStarted },
    })
    expect(judge(success, unstarted(6, 5))).toMatchObject([{ outcome: 'met' }])
    expect(judge(success, unstarted(6, 6))).toMatchObject([{ outcome: 'inconclusive' }])
  })

  test('is inconclusive if only the generator causes the miss', () => {
    const late = {
      ...split('hit', { ok: 100 }, 50),
      undisturbed: split('hit', { ok: 100 }, 5).response,
    }
    expect(judge(p95, { tags: [late] })).toMatchObject([{ outcome: 'inconclusive' }])
  })

  test('is inconclusive if no request had the value', () => {
    const unused = split('hit', {}, 5)
    expect(judge(p95, { tags: [unused, slow] })).toMatchObject([{ outcome: 'inconclusive' }])
    expect(judge(success, { tags: [unused, slow] })).toMatchObject([{ outcome: 'inconclusive' }])
  })
})

describe('a bound on a metric', () => {
  const counted = (invalid = 0): MetricResult => ({
    kind: 'counter',
    name: 'm',
    unit: '',
    total: 1_200,
    inTime: 1_000,
    invalid,
  })
  const set = (invalid = 0): MetricResult => ({
    kind: 'gauge',
    name: 'm',
    unit: '',
    count: 3,
    values: { last: 2, lastAtMs: 0, min: -1, max: 7 },
    invalid,
  })
  const recorded = (values: readonly number[], invalid = 0): MetricResult => {
    const histogram = newTimeHistogram()
    for (const value of values) histogram.recordValue(value * 1_000)
    return {
      kind: 'trend',
      name: 'm',
      unit: 'ms',
      resolution: 0.001,
      histogram,
      clamped: 0,
      invalid,
    }
  }
  const ten = Array.from({ length: 10 }, (_, k) => k + 1)

  test.each<[slo: NonNullable<Slo['metrics']>[string], metric: MetricResult, outcome: string]>([
    [{ total: { min: 1_200, max: 1_200 } }, counted(), 'met'],
    [{ total: { max: 1_199 } }, counted(), 'missed'],
    [{ perSecond: { min: 100, max: 100 } }, counted(), 'met'],
    [{ perSecond: { min: 101 } }, counted(), 'missed'],
    [{ total: { min: 1_200 } }, counted(1), 'met'],
    [{ total: { max: 1_200 } }, counted(1), 'inconclusive'],
    [{ last: { min: 2, max: 2 }, value: { min: -1, max: 7 } }, set(), 'met'],
    [{ value: { min: 0 } }, set(), 'missed'],
    [{ value: { max: 6 } }, set(), 'missed'],
    [{ last: { max: 2 } }, set(1), 'inconclusive'],
    [{ p50: 6, max: 11 }, recorded(ten), 'met'],
    [{ p50: 5 }, recorded(ten), 'missed'],
    [{ p50: 6 }, recorded(ten, 1), 'inconclusive'],
    [{ p50: 7 }, recorded(ten, 1), 'met'],
    [{ max: 11 }, recorded(ten, 1), 'inconclusive'],
    [{ max: 10 }, recorded(ten, 1), 'missed'],
    [{ p95: 1 }, recorded([]), 'inconclusive'],
  ])('%j', (slo, metric, outcome) => {
    const rows = judge({ metrics: { m: slo } }, {}, [metric])
    expect(rows).toMatchObject(rows.map(() => ({ outcome, operation: 'all', unit: 'number' })))
  })

  test('is missed if nothing was written and no request succeeded', () => {
    const failing = { counts: { ok: 0, failed: 1_000 } }
    const rows = judge({ metrics: { m: { p95: 1 } } }, failing, [recorded([])])
    expect(rows).toMatchObject([{ measured: null, outcome: 'missed' }])
  })
})
