import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { judgeSlo, tightestBoundMs } from './judge-slo.ts'
import { loadResult, type OperationFixture } from '../testing/result-fixture.ts'
import type { LoadResult } from '../result.ts'
import type { SloRow } from './slo-row.ts'
import { readSlo, type Slo } from './slo.ts'

function judge(slo: Slo, operations: Record<string, OperationFixture>): readonly SloRow[] {
  return judgeSlo(loadResult(operations), readSlo(slo))
}

const outcomes = (rows: readonly SloRow[]): string[] => rows.map(({ outcome }) => outcome)

describe('a response bound', () => {
  test('is met below it, and missed at it', () => {
    const slo: Slo = { response: { p95: '10ms' } }
    expect(outcomes(judge(slo, { a: { responseMs: [9.9] } }))).toEqual(['met'])
    expect(outcomes(judge(slo, { a: { responseMs: [10] } }))).toEqual(['missed'])
  })

  test('is inconclusive if only pauses of the generator cause the miss', () => {
    const paused = { responseMs: [30], serviceMs: [30], undisturbedMs: [2] }
    expect(outcomes(judge({ response: { p95: '10ms' } }, { a: paused }))).toEqual(['inconclusive'])
  })

  test('is inconclusive if only lateness causes the miss', () => {
    const late = { responseMs: [30], serviceMs: [2], latenessMs: [28] }
    expect(outcomes(judge({ response: { p95: '10ms' } }, { a: late }))).toEqual(['inconclusive'])
  })

  test('is met if it holds in spite of lateness', () => {
    const late = { responseMs: [9], serviceMs: [2], latenessMs: [7] }
    expect(outcomes(judge({ response: { p95: '10ms' } }, { a: late }))).toEqual(['met'])
  })

  test('is inconclusive without responses if no request reached the system', () => {
    const counts = { planned: 0, started: 0, ok: 0 }
    const [row] = judge({ response: { p95: '10ms' } }, { a: { responseMs: [], counts } })
    expect(row).toMatchObject({ measured: null, outcome: 'inconclusive' })
  })

  test('is missed if the system never answered', () => {
    const refused = { responseMs: [], counts: { ok: 0, failed: 1_000 } }
    const slo: Slo = { response: { p95: '10ms' } }
    expect(judge(slo, { a: refused })).toMatchObject([{ measured: null, outcome: 'missed' }])
    const paused = { ...refused, lostByPause: 1_000 }
    expect(outcomes(judge(slo, { a: paused }))).toEqual(['inconclusive'])
  })
})

test('the success rate is a ratio of the planned requests, so dropped ones count against it', () => {
  const counts = { dropped: 20, started: 980, ok: 980 }
  const [row] = judge({ successRate: 0.99 }, { a: { counts } })
  expect(row).toMatchObject({ measured: 0.98, outcome: 'missed' })
})

test('a rate of 1 is met by all, and missed by one request or receipt less', () => {
  const slo: Slo = { successRate: 1, delivery: { rate: 1 } }
  const all = { deliveries: { expected: 1_000_000, received: 1_000_000 } }
  expect(judge(slo, { a: all })).toMatchObject([
    { comparison: '>=', bound: 1, outcome: 'met' },
    { comparison: '>=', bound: 1, outcome: 'met' },
  ])
  const counts = { planned: 1_000_000, started: 1_000_000, ok: 999_999, failed: 1 }
  const less = { counts, deliveries: { expected: 1_000_000, received: 999_999 } }
  expect(outcomes(judge(slo, { a: less }))).toEqual(['missed', 'missed'])
})

test('judges any percentile', () => {
  const responseMs = Array.from({ length: 1_000 }, (_, index) => index + 1)
  const slo: Slo = { response: { p90: '1s', p975: '1s', p999: '1s', p99999: '1s' } }
  const measured = judge(slo, { a: { responseMs } }).map((row) => [row.metric, row.measured])
  expect(Object.fromEntries(measured)).toEqual({
    'response P90': expect.closeTo(900, 0),
    'response P97.5': expect.closeTo(975, 0),
    'response P99.9': expect.closeTo(999, 0),
    'response P99.999': expect.closeTo(1_000, 0),
  })
})

test('requests not started or lost by a pause make a missed success rate inconclusive', () => {
  const slo: Slo = { successRate: 0.99 }
  const success = (fixture: OperationFixture): string[] => outcomes(judge(slo, { a: fixture }))
  const notStarted = { notStarted: 20, started: 980, ok: 980 }
  expect(success({ counts: notStarted })).toEqual(['inconclusive'])
  const failed = { ok: 980, failed: 20 }
  expect(success({ counts: failed, lostByPause: 20 })).toEqual(['inconclusive'])
  expect(success({ counts: failed, lostByPause: 5 })).toEqual(['missed'])
})

test('a rate is compared within one request, and the rate shown is the one compared', () => {
  const [row] = judge({ throughput: { max: 99.95 } }, { a: {} })
  // 1,000 in 10 s is 100/s; without the last, 99.9/s.
  expect(row).toMatchObject({ measured: 99.9, outcome: 'met' })
  expect(outcomes(judge({ throughput: { max: 99.8 } }, { a: {} }))).toEqual(['missed'])
  expect(judge({ throughput: { min: 100.05 } }, { a: {} })).toMatchObject([
    { measured: 100.1, outcome: 'met' },
  ])
})

test('throughput may equal its bounds', () => {
  const slo: Slo = { throughput: { min: 100, max: 100 } }
  expect(outcomes(judge(slo, { a: {} }))).toEqual(['met', 'met'])
})

test('throughput without a success is 0, and misses any minimum', () => {
  const refused = { responseMs: [], counts: { ok: 0, failed: 1_000 } }
  const [row] = judge({ throughput: { min: 0.1 } }, { a: refused })
  expect(row).toMatchObject({ measured: 0, punctual: 0, outcome: 'missed' })
})

test('throughput is inconclusive if only requests lost by a pause put it below its bound', () => {
  const crowded = { counts: { started: 900, ok: 900, dropped: 100 } }
  const slo: Slo = { throughput: { min: 95 } }
  expect(outcomes(judge(slo, { a: { ...crowded, lostByPause: 100 } }))).toEqual(['inconclusive'])
  expect(outcomes(judge(slo, { a: crowded }))).toEqual(['missed'])
})

test('throughput is inconclusive if only a pause just before the end puts it below its bound', () => {
  const { intervals, health } = loadResult({ a: {} })
  const pausedFor = (maxMs: number): Partial<LoadResult> => ({
    health: { ...health, pauses: { count: 1, totalMs: maxMs, maxMs } },
    // Started in time, 80 of them ended after the end.
    intervals: intervals.map((interval) => ({ ...interval, ok: 920 })),
  })
  const outcomesOf = (maxMs: number): string[] =>
    outcomes(
      judgeSlo(loadResult({ a: {} }, pausedFor(maxMs)), readSlo({ throughput: { min: 98 } })),
    )
  expect(outcomesOf(1_000)).toEqual(['inconclusive'])
  expect(outcomesOf(100)).toEqual(['missed'])
})

test('throughput is inconclusive if only late starts put it below its bound', () => {
  const { intervals } = loadResult({ a: {} })
  const inTime = {
    intervals: intervals.map((interval) => ({ ...interval, started: 960, ok: 960 })),
  }
  const result = loadResult({ a: {} }, inTime)
  const outcomeOf = (min: number): string[] =>
    outcomes(judgeSlo(result, readSlo({ throughput: { min } })))
  expect(outcomeOf(96)).toEqual(['met'])
  expect(outcomeOf(98)).toEqual(['inconclusive'])
  expect(outcomeOf(101)).toEqual(['missed'])
})

test('a completion time is inconclusive if only generator or receivers put it over its bound', () => {
  const deliveries = { expected: 100, received: 100 }
  const slo: Slo = { completion: { p95: '2ms' } }
  expect(outcomes(judge(slo, { a: { deliveries } }))).toEqual(['missed'])
  const disturbed = { ...deliveries, undisturbedCompletionMs: 1 }
  expect(outcomes(judge(slo, { a: { deliveries: disturbed } }))).toEqual(['inconclusive'])
})

test('the delivery rate is a ratio of the expected receipts', () => {
  const deliveries = { expected: 100, received: 98 }
  expect(outcomes(judge({ delivery: { rate: 0.98 } }, { a: { deliveries } }))).toEqual(['missed'])
  expect(outcomes(judge({ delivery: { rate: 0.97 } }, { a: { deliveries } }))).toEqual(['met'])
})

test('a delivery rate is inconclusive if it is unknown or only a pause puts it below its bound', () => {
  const slo: Slo = { delivery: { rate: 0.98 } }
  const lost = { expected: 100, received: 90 }
  const outcome = (deliveries: OperationFixture['deliveries']): string[] =>
    outcomes(judge(slo, { a: deliveries === undefined ? {} : { deliveries } }))
  expect(outcome(lost)).toEqual(['missed'])
  expect(outcome({ ...lost, missingByPause: 10 })).toEqual(['inconclusive'])
  expect(outcome({ kind: 'unknown', reason: 'the receivers were lost' })).toEqual(['inconclusive'])
})

test("an operation's bounds are judged by that operation, others by all together", () => {
  const slow = { responseMs: [20] }
  const rows = judge(
    { response: { max: '10ms' }, operations: { quick: { response: { max: '10ms' } } } },
    { quick: {}, slow },
  )
  expect(rows.map(({ operation, outcome }) => [operation, outcome])).toEqual([
    ['all', 'missed'],
    ['quick', 'met'],
  ])
})

test('sorts the worst row first', () => {
  const rows = judge({ response: { p50: '2ms', p95: '100ms', max: '1ms' } }, { a: {} })
  expect(rows.map(({ metric }) => metric)).toEqual(['response max', 'response P50', 'response P95'])
})

test("names the workload's operations if a bound names an unknown one", () => {
  expect(() => judge({ operations: { nosuch: { successRate: 0.5 } } }, { a: {} })).toThrow(
    /"nosuch".*: a\.$/,
  )
  expect(() => judge({ operations: { regster: { successRate: 0.5 } } }, { register: {} })).toThrow(
    /Did you mean "register"\?/,
  )
})

test.each([
  {},
  { response: { p95: '0ms' } },
  { response: { p95: 'fast' as '1ms' } },
  { successRate: 99 },
  { throughput: { min: 0 } },
  { throughput: { max: Infinity } },
  { delivery: { rate: -0.1 } },
  { successRate: 0.9, every: '99ms' },
  { successRate: 0.9, every: 'often' as '1s' },
  { successRate: 0.9, abortOnFail: { after: '10s' } },
  { successRate: 0.9, every: '1s', abortOnFail: { after: 'soon' as '1s' } },
  { delivery: { rate: 0.9 }, every: '1s' },
  { completion: { p95: '1s' }, every: '1s' },
] satisfies Slo[])('the SLO %j is refused', (slo) => {
  expect(() => readSlo(slo)).toThrow(InputError)
})

test('judges every SLO of a list, and rejects an empty one', () => {
  const whole: Slo = { response: { p95: '10ms' } }
  const windowed: Slo = { response: { p95: '50ms' }, every: '5s' }
  expect(readSlo([whole, windowed]).map(({ everyMs }) => everyMs)).toEqual([null, 5_000])
  expect(() => readSlo([whole, {}])).toThrow(InputError)
  expect(() => readSlo([])).toThrow(InputError)
})

test('finds the tightest time bound of all operations, or of one', () => {
  const bounds = readSlo({
    response: { p95: '10ms' },
    operations: { a: { response: { p99: '4ms' } } },
  })
  expect(tightestBoundMs(bounds)).toBe(4)
  expect(tightestBoundMs(bounds, 'a')).toBe(4)
  expect(tightestBoundMs(bounds, 'b')).toBe(10)
  expect(tightestBoundMs(readSlo({ successRate: 0.9 }))).toBeNull()
})
