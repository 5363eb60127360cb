import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IntervalFigures } from '../result.ts'
import { newTimeHistogram, percentileMs } from './histogram.ts'
import { sparseBucketOf, sparseOf } from './sparse-counts.ts'
import { DeliveryTally } from './delivery-tally.ts'
import { LoadRecorder } from './load-recorder.ts'

const OPERATIONS = ['a', 'b', 'c'] as const
type Operation = (typeof OPERATIONS)[number]

/** When a request is done and how long it took, in ms after the measurement began. */
interface Request {
  readonly doneMs: number
  readonly responseMs: number
  readonly operation: Operation
}

const START_MS = 1_000_000
const request = (doneMs: number, responseMs = 1, operation: Operation = 'a'): Request => ({
  doneMs,
  responseMs,
  operation,
})

function record(recorder: LoadRecorder, { doneMs, responseMs, operation }: Request): void {
  const one = recorder.at(START_MS + doneMs, operation)
  one.due(recorder.secondOf(START_MS + doneMs))
  one.start(0)
  one.succeed({ responseMs, serviceMs: responseMs, pausedMs: 0 })
}

function finish(recorder: LoadRecorder, atMs: number, count: number): readonly IntervalFigures[] {
  return recorder.finish(START_MS + atMs, count, new Map()).intervals
}

describe('summing up seconds later', () => {
  const requests = fc
    .array(
      fc.record({
        doneMs: fc.integer({ min: 0, max: 5_000 }),
        responseMs: fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.nat(100_000)),
        operation: fc.constantFrom(...OPERATIONS),
        /** Work before it: pieces summed up, and whether progress is read. */
        pieces: fc.nat(4),
        isIdle: fc.boolean(),
        isAsked: fc.boolean(),
      }),
      { maxLength: 100 },
    )
    .map((list) => list.toSorted((x, y) => x.doneMs - y.doneMs))

  test('gives the same seconds at any time, which add up to the whole', () => {
    fc.assert(
      fc.property(requests, (list) => {
        const recorder = new LoadRecorder(OPERATIONS, START_MS, 4_500)
        const told: IntervalFigures[] = []
        for (const { pieces, isIdle, isAsked, ...one } of list) {
          const now = START_MS + one.doneMs
          if (isAsked) told.push(...recorder.progress(now, 0, false).intervals)
          for (let k = 0; k < pieces; k++) recorder.sumUpNext(now, isIdle)
          record(recorder, one)
        }
        const { operations, intervals } = recorder.finish(START_MS + 5_001, list.length, new Map())
        // The measurement ends in the middle of the fifth second: what ends later is cut off.
        const startsMs = [0, 1_000, 2_000, 3_000, 4_000, 4_500, 6_000]
        for (const [row, interval] of intervals.entries()) {
          const second = Math.floor(row / OPERATIONS.length)
          const operation = OPERATIONS[row % OPERATIONS.length]
          const ended = list.filter(
            (one) =>
              one.operation === operation &&
              one.doneMs >= (startsMs[second] ?? Number.NaN) &&
              one.doneMs < (startsMs[second + 1] ?? Number.NaN),
          )
          expect(interval).toMatchObject({ second, operation, ok: ended.length })
          expect(interval.response).toEqual(timesOf(ended))
        }
        // A second whose end nobody came to see isn't there.
        expect(intervals.length).toBeGreaterThan(0)
        // Requests started late are due in a second that was told before.
        const withoutPlanned = (rows: readonly IntervalFigures[]) =>
          rows.map((row) => ({ ...row, planned: null }))
        expect(withoutPlanned(intervals.slice(0, told.length))).toEqual(withoutPlanned(told))
        for (const operation of OPERATIONS) {
          const own = list.filter((one) => one.operation === operation)
          expect(operations.get(operation)?.response.totalCount).toBe(own.length)
        }
      }),
    )
  })

  test('reports a second only once all its operations are summed up', () => {
    const recorder = new LoadRecorder(OPERATIONS, START_MS, 10_000)
    record(recorder, request(500, 7))
    record(recorder, request(1_100, 3, 'b'))
    const told = () => recorder.progress(START_MS + 1_200, 0, false)
    for (const _ of OPERATIONS) {
      expect(told()).toMatchObject({ p99Ms: null, soFar: { seconds: 0, ok: 0 }, intervals: [] })
      recorder.sumUpNext(START_MS + 1_200, true)
    }
    expect(told()).toMatchObject({ soFar: { seconds: 1, ok: 1, p50Ms: 7.003 } })
  })

  test('waits for an idle moment, for at most half a second', () => {
    const recorder = new LoadRecorder(['a'], START_MS, 10_000)
    record(recorder, request(500))
    record(recorder, request(1_100))
    recorder.sumUpNext(START_MS + 1_499, false)
    expect(recorder.progress(START_MS + 1_499, 0, false).soFar.seconds).toBe(0)
    recorder.sumUpNext(START_MS + 1_500, false)
    expect(recorder.progress(START_MS + 1_500, 0, false).soFar.seconds).toBe(1)
  })

  test('happens by the end of the next second at the latest', () => {
    const recorder = new LoadRecorder(OPERATIONS, START_MS, 10_000)
    for (const doneMs of [500, 1_500, 2_500]) record(recorder, request(doneMs))
    expect(recorder.progress(START_MS + 2_600, 0, false).soFar.seconds).toBe(1)
    expect(finish(recorder, 2_700, 3).filter(({ operation }) => operation === 'a')).toMatchObject([
      { second: 0, ok: 1 },
      { second: 1, ok: 1 },
      { second: 2, ok: 1 },
    ])
  })
})

test('a load that ends early has an interval up to then, and later ends are apart', () => {
  const recorder = new LoadRecorder(['a'], START_MS, 10_000)
  record(recorder, request(1_200))
  recorder.endAt(START_MS + 1_300)
  record(recorder, request(1_400))
  expect(finish(recorder, 1_500, 2)).toMatchObject([
    { second: 0, ok: 0, response: null },
    { second: 1, ok: 1 },
    { second: 2, ok: 1 },
  ])
})

describe('a second', () => {
  const TIMES = { responseMs: 1, serviceMs: 1, pausedMs: 0 }
  const failure = (code: string): Error => Object.assign(new Error('no'), { code })

  test('has the requests that were due in it, however late they were started', () => {
    const recorder = new LoadRecorder(['a'], START_MS, 3_000)
    for (const [dueMs, startMs] of [
      [100, 100],
      [900, 1_500],
      [1_100, 1_500],
    ] as const) {
      const one = recorder.at(START_MS + startMs, 'a')
      one.due(recorder.secondOf(START_MS + dueMs))
      one.start(startMs - dueMs)
      one.succeed(TIMES)
    }
    expect(finish(recorder, 2_100, 3)).toMatchObject([
      { second: 0, planned: 2, started: 1, lateness: { maxMs: 0 } },
      {
        second: 1,
        planned: 1,
        started: 2,
        lateness: { p50Ms: expect.closeTo(400, 0), maxMs: expect.closeTo(600, 0) },
      },
      { second: 2, planned: 0, started: 0, lateness: null, response: null },
    ])
  })

  test('has the most requests under way at once, also those from the second before', () => {
    const recorder = new LoadRecorder(['a'], START_MS, 4_000)
    const start = (ms: number) => {
      const one = recorder.at(START_MS + ms, 'a')
      one.due(recorder.secondOf(START_MS + ms))
      one.start(0)
    }
    start(100)
    start(200)
    recorder.at(START_MS + 300, 'a').succeed(TIMES)
    start(400)
    recorder.at(START_MS + 1_500, 'a').fail(failure('IO'), TIMES)
    recorder.at(START_MS + 2_500, 'a').timeOut(TIMES)
    const inFlight = finish(recorder, 3_500, 3).map((interval) => interval.inFlight)
    expect(inFlight).toEqual([2, 2, 1, 0])
  })

  test('has its failures by code, which the whole load bounds', () => {
    const recorder = new LoadRecorder(['a'], START_MS, 3_000)
    const fail = (ms: number, code: string) => {
      const one = recorder.at(START_MS + ms, 'a')
      one.due(recorder.secondOf(START_MS + ms))
      one.start(0)
      one.fail(failure(code), TIMES)
    }
    for (let k = 0; k < 50; k++) fail(100, `E${k}`)
    for (const code of ['E1', 'NEW', 'NEWER', 'E1']) fail(1_100, code)
    const [, second] = finish(recorder, 2_000, 54)
    expect(second?.errors).toEqual([
      { code: 'E1', count: 2 },
      { code: 'OTHER', count: 2 },
    ])
  })

  test('has the receipts that arrived in it', () => {
    const recorder = new LoadRecorder(['a', 'b'], START_MS, 2_000)
    for (const ms of [100, 1_100]) record(recorder, request(ms))
    const tally = new DeliveryTally()
    const one = { intendedAtMs: START_MS + 100, startedAtMs: START_MS + 100, recipients: 2 }
    tally.expect({ number: 0, ...one, isSent: true })
    tally.receive(0, one.intendedAtMs, 0, START_MS + 200)
    tally.receive(0, one.intendedAtMs, 1, START_MS + 1_700)
    const deliveries = new Map([
      ['a', { ...tally.deliveries(START_MS + 2_000, []), receivers: null }],
    ])
    const { intervals, operations } = recorder.finish(START_MS + 1_999, 2, deliveries)
    const received = (name: string) =>
      intervals.flatMap((row) => (row.operation === name ? [row.received] : []))
    expect([received('a'), received('b')]).toEqual([
      [1, 1],
      [null, null],
    ])
    expect(operations.get('a')?.deliveries).not.toHaveProperty('arrivals')
  })
})

/** By the library. */
function timesOf(requests: readonly Request[]): IntervalFigures['response'] {
  if (requests.length === 0) return null
  const histogram = newTimeHistogram()
  for (const { responseMs } of requests) histogram.recordValue(Math.round(responseMs * 1_000))
  const percentile = (p: number): number => percentileMs(histogram, p) ?? Number.NaN
  return {
    p50Ms: percentile(50),
    p95Ms: percentile(95),
    p99Ms: percentile(99),
    maxMs: percentile(100),
    counts: sparseOf(
      [...Map.groupBy(requests, ({ responseMs }) => sparseBucketOf(Math.round(responseMs * 1_000)))]
        .map(([bucket, all]) => [bucket, all.length] as const)
        .toSorted(([a], [b]) => a - b),
    ),
  }
}
