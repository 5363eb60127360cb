import { expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import type { Shard } from '../arrivals/shard.ts'
import { generateLoad } from '../generator.ts'
import { LoadRecorder } from '../recording/load-recorder.ts'
import { mergeResults, type Shards } from './merge-results.ts'
import { loadResult } from '../testing/result-fixture.ts'
import type { LoadResult, OperationCounts } from '../result.ts'
import { layOut } from '../dispatch/schedule.ts'
import { countsOfAll } from '../totals.ts'
import { defineWorkload } from '../workload.ts'

const OF = 3
const WARM_UP_MS = 410
const DURATION_MS = 5_000
const arrivals = constant(100)
const operations = {
  read: { weight: 70, run: () => Promise.resolve() },
  write: { weight: 30, run: () => Promise.resolve() },
}

/**
 * What a generator of a shard measures of a system that takes a time of its own for each request: a
 * skewed one, decided by the request's number. Nothing waits, so every run is the same.
 */
function measure(shard: Shard): LoadResult {
  const schedule = layOut(arrivals, 0, WARM_UP_MS, DURATION_MS, shard)
  const workload = defineWorkload(operations, 1)
  const recorder = new LoadRecorder(Object.keys(operations), WARM_UP_MS, DURATION_MS)
  for (let k = schedule.warmUpCount; k < schedule.total; k++) {
    const number = schedule.numberOf(k)
    const due = schedule.dueAtMs(k)
    const latenessMs = (number % 5) / 10
    const serviceMs = 1 + 400 / (1 + ((number * 7919) % 1_009))
    const at = recorder.at(due, workload.draw(number))
    at.due(recorder.secondOf(due))
    at.start(latenessMs)
    const times = { responseMs: latenessMs + serviceMs, serviceMs, pausedMs: 0 }
    if (number % 97 === 0) at.fail(new Error('refused'), times)
    else at.succeed(times)
  }
  const end = WARM_UP_MS + DURATION_MS
  const scheduled = schedule.total - schedule.warmUpCount
  return loadResult({}, { durationMs: DURATION_MS, ...recorder.finish(end, scheduled, new Map()) })
}

function shardsOf<T>(one: (shard: Shard) => T): readonly T[] {
  return Array.from({ length: OF }, (_, index) => one({ index, of: OF }))
}

function atLeastOne(results: readonly LoadResult[]): Shards {
  const [first, ...others] = results
  if (first === undefined) throw new Error('no results')
  return [first, ...others]
}

function countsOf(result: LoadResult): Readonly<Record<string, OperationCounts>> {
  return Object.fromEntries([...result.operations].map(([name, { counts }]) => [name, counts]))
}

test("three shards add up to one generator's measurement, in every count and bucket", () => {
  const whole = measure({ index: 0, of: 1 })
  const merged = mergeResults(atLeastOne(shardsOf(measure)), [])
  expect(countsOf(merged)).toEqual(countsOf(whole))
  expect(countsOfAll(whole).planned).toBe(500)
  for (const [name, operation] of whole.operations) {
    const other = merged.operations.get(name)
    expect(other?.errors).toEqual(operation.errors)
    for (const time of ['response', 'service', 'failure', 'lateness'] as const) {
      expect(other?.[time].toJSON()).toEqual(operation[time].toJSON())
      for (let percentile = 0; percentile <= 100; percentile += 0.5) {
        const expected = operation[time].getValueAtPercentile(percentile)
        expect(other?.[time].getValueAtPercentile(percentile)).toBe(expected)
      }
    }
  }
})

test('a merged second has the requests of all shards, and the largest of their times', () => {
  const whole = measure({ index: 0, of: 1 })
  const merged = mergeResults(atLeastOne(shardsOf(measure)), [])
  const rows = (result: LoadResult) =>
    result.intervals.map((row) => ({ ...row, inFlight: null, lateness: null, response: null }))
  expect(rows(merged)).toEqual(rows(whole))
  for (const [index, { response, lateness, inFlight }] of whole.intervals.entries()) {
    const upper = merged.intervals[index]
    expect(upper?.inFlight).toBeGreaterThanOrEqual(inFlight ?? Infinity)
    expect(upper?.lateness?.maxMs).toBe(lateness?.maxMs)
    expect(upper?.response?.maxMs).toBe(response?.maxMs)
    expect(upper?.response?.counts).toEqual(response?.counts)
    if (response === null) continue
    for (const figure of ['p50Ms', 'p95Ms', 'p99Ms'] as const) {
      const [least, most] = [response[figure], upper?.response?.[figure]]
      expect(most).toBeGreaterThanOrEqual(least)
      // The width of a bucket.
      expect(most).toBeLessThanOrEqual(least * 1.0626)
    }
  }
})

test('three generators together make the requests of one, each number once', async () => {
  const run = async (shard: Shard, seen: string[]): Promise<LoadResult> => {
    const operation = (name: string) => async (request: { readonly number: number }) => {
      seen.push(`${name} ${request.number}`)
      if (request.number % 10 === 3) throw new Error('refused')
    }
    return generateLoad({
      operations: { a: operation('a'), b: operation('b') },
      arrivals: constant(200),
      warmUpMs: 155,
      durationMs: 600,
      maxInFlight: 100,
      shard,
      startAtMs: Date.now() + 1_500,
    })
  }
  const seenByOne: string[] = []
  const whole = await run({ index: 0, of: 1 }, seenByOne)
  const seenByAll: string[] = []
  const shards = await Promise.all(shardsOf((shard) => run(shard, seenByAll)))
  const merged = mergeResults(atLeastOne(shards), [])
  expect(seenByAll.toSorted()).toEqual(seenByOne.toSorted())
  expect(seenByOne).toHaveLength(31 + 120)
  expect(countsOf(merged)).toEqual(countsOf(whole))
  expect(merged.limits.maxInFlight).toBe(100)
})

test('receipts, errors and in-flight limits add up, and the worst health counts', () => {
  const deliveries = { expected: 10, received: 9, missingByFailure: 1 }
  const a = loadResult({ send: { deliveries } }, { measuredMs: 9_000 })
  const b = loadResult(
    { send: { deliveries, counts: { ok: 990, failed: 10 } } },
    {
      abortReason: 'too slow',
      health: { ...a.health, largestBatch: 7, eventLoopDelay: { p50Ms: 1, p99Ms: 2, maxMs: 30 } },
    },
  )
  const merged = mergeResults([a, b], [])
  expect(merged.operations.get('send')).toMatchObject({
    counts: { planned: 2_000, ok: 1_990, failed: 10 },
    deliveries: { expected: 20, received: 18, missing: 2, missingByFailure: 2 },
  })
  expect(merged).toMatchObject({
    measuredMs: 10_000,
    abortReason: 'too slow',
    limits: { maxInFlight: 20_000 },
    health: { largestBatch: 7, eventLoopDelay: { maxMs: 30 } },
  })
})

test('waits for a core add up if all are known', () => {
  const waiting = (coreWaitMs: number | null) => {
    const result = loadResult({ a: {} })
    return { ...result, health: { ...result.health, coreWaitMs } }
  }
  const merged = (...waits: [number | null, number | null]) =>
    mergeResults([waiting(waits[0]), waiting(waits[1])], []).health.coreWaitMs
  expect(merged(20, 30)).toBe(50)
  expect(merged(20, null)).toBeNull()
})

test('requests that ran on after they had been given up add up', () => {
  const shardOf = (most: number, atEnd: number) => {
    const result = loadResult({ a: {} })
    return { ...result, health: { ...result.health, ranOn: { most, atEnd } } }
  }
  const { ranOn } = mergeResults([shardOf(5, 1), shardOf(3, 2)], []).health
  expect(ranOn).toEqual({ most: 8, atEnd: 3 })
})

test('a load that is not ready at its start says how late it was, and that it has to be the first', async () => {
  const load = generateLoad({
    operations: { a: () => Promise.resolve() },
    arrivals: constant(10),
    durationMs: 100,
    startAtMs: Date.now() - 1_500,
  })
  await expect(load).rejects.toThrow(/ready \d+\.\d s too late.*later start/)
})

test('rejects a shard with less than one request in flight', async () => {
  const load = generateLoad({
    operations: { a: () => Promise.resolve() },
    arrivals: constant(10),
    durationMs: 100,
    maxInFlight: 2,
    shard: { index: 2, of: 3 },
  })
  await expect(load).rejects.toThrow("maxInFlight: 2 can't be divided among 3 generators")
})
