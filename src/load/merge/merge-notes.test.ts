import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CounterRecorder } from '../metrics/counter.ts'
import { GaugeRecorder } from '../metrics/gauge.ts'
import type { MetricResult } from '../metrics/metric-recorders.ts'
import { TrendRecorder } from '../metrics/trend.ts'
import { LoadNotes, type OperationNotesResult } from '../notes/load-notes.ts'
import { mergeMetrics } from './merge-metrics.ts'
import { mergeNotes } from './merge-notes.ts'

const OF = 3
const value = fc.oneof(fc.nat(5_000), fc.constantFrom(-1, Number.NaN, 5e9))

function metricsOf(values: readonly number[]): readonly MetricResult[] {
  const counter = new CounterRecorder(Infinity)
  const trend = new TrendRecorder(0.001)
  for (const each of values) {
    counter.add(each)
    trend.record(each)
  }
  return [counter.finish('counter', ''), trend.finish('trend', 'ms')]
}

function shardsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: OF }, (_, shard) => all.filter((__, k) => k % OF === shard))
}

test('counters and trends of shards add up exactly to those of the whole', () => {
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const merged = mergeMetrics(shardsOf(values).map(metricsOf))
      const whole = metricsOf(values)
      expect(merged).toMatchObject(
        whole.map(({ kind, name, invalid }) => ({ kind, name, invalid })),
      )
      const [counter, trend] = merged
      const [wholeCounter, wholeTrend] = whole
      expect(counter).toEqual(wholeCounter)
      if (trend?.kind !== 'trend' || wholeTrend?.kind !== 'trend') throw new Error('not a trend')
      expect(trend.clamped).toBe(wholeTrend.clamped)
      expect(trend.histogram.toJSON()).toEqual(wholeTrend.histogram.toJSON())
    }),
    { numRuns: 50 },
  )
})

test('a gauge has the smallest and largest value of all shards, and the latest by time', () => {
  const gauge = (last: number, lastAtMs: number, min: number, max: number): MetricResult => ({
    kind: 'gauge',
    name: 'depth',
    unit: '',
    count: 2,
    values: { last, lastAtMs, min, max },
    invalid: 1,
  })
  const unset = new GaugeRecorder().finish('depth', '')
  expect(mergeMetrics([[gauge(1, 30, 1, 9)], [unset], [gauge(5, 20, -5, 5)]])).toEqual([
    {
      kind: 'gauge',
      name: 'depth',
      unit: '',
      count: 4,
      values: { last: 1, lastAtMs: 30, min: -5, max: 9 },
      invalid: 2,
    },
  ])
  expect(mergeMetrics([[unset], [unset]])).toEqual([unset])
})

test('a total beyond the largest number stays finite', () => {
  const huge = metricsOf([Number.MAX_VALUE])
  expect(mergeMetrics([huge, huge])).toMatchObject([{ total: Number.MAX_VALUE }, {}])
})

test('checks and tags of shards add up to those of the whole', () => {
  const request = fc.record({
    check: fc.constantFrom('a', 'b'),
    holds: fc.boolean(),
    region: fc.constantFrom('eu', 'us', null),
    ending: fc.constantFrom('ok', 'failed', 'timed out', 'unfinished'),
    ms: fc.nat(100),
  })
  type Request = typeof request extends fc.Arbitrary<infer R> ? R : never
  const notesOf = (requests: readonly Request[]): OperationNotesResult => {
    const load = new LoadNotes({ tags: { region: ['eu', 'us'] } }, 1, Infinity)
    const notes = load.ofOperation()
    for (const { check, holds, region, ending, ms } of requests) {
      notes.check(check, holds)
      const values = region === null ? null : notes.tagged(null, 'region', region)
      notes.end(values, ending, { responseMs: ms, serviceMs: ms, pausedMs: 0 }, !holds)
    }
    return notes.finish()
  }
  const plain = ({ checks, tags }: OperationNotesResult): unknown => ({
    checks: checks.toSorted((a, b) => a.name.localeCompare(b.name)),
    tags: tags.map(({ response, service, undisturbed, ...split }) => ({
      ...split,
      times: [response, service, undisturbed].map((histogram) => histogram.toJSON()),
    })),
  })
  fc.assert(
    fc.property(fc.array(request), (requests) => {
      const merged = mergeNotes(shardsOf(requests).map(notesOf))
      expect(plain(merged)).toEqual(plain(notesOf(requests)))
    }),
    { numRuns: 50 },
  )
})
