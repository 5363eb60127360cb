import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { InputError } from '../../input-error.ts'
import type { LoadResult } from '../result.ts'
import { perSecond } from './counter.ts'
import { counter, gauge, trend } from './declare-metrics.ts'
import type { MetricResult } from './metric-recorders.ts'
import { trendAt } from './trend.ts'

const short = { arrivals: constant(400), durationMs: 100, warmUpMs: 25, timeoutMs: 30 } as const
/** Values that only the types forbid. */
const NO_NUMBERS = ['7', 7n, Symbol('7'), {}, null] as unknown as readonly number[]
const WARM_UP = 10
const MEASURED = 40

function metricOf<K extends MetricResult['kind']>(
  { metrics }: LoadResult,
  name: string,
  kind: K,
): Extract<MetricResult, { kind: K }> {
  const metric = metrics.find((one) => one.name === name)
  if (metric?.kind !== kind) throw new Error(`there is no ${kind} ${name}`)
  return metric as Extract<MetricResult, { kind: K }>
}

describe('metrics', () => {
  test('contain the values of measured requests', async () => {
    const result = await generateLoad({
      ...short,
      metrics: { bytes: counter('bytes'), depth: gauge(), ttfb: trend('ms'), sent: counter() },
      operations: {
        write: async ({ number, metrics }) => {
          metrics.bytes.add(512)
          metrics.sent.add()
          metrics.depth.set(20 - number)
          metrics.ttfb.record(number - WARM_UP + 1)
        },
      },
    })
    expect(metricOf(result, 'bytes', 'counter')).toMatchObject({
      unit: 'bytes',
      total: 512 * MEASURED,
      invalid: 0,
    })
    expect(metricOf(result, 'sent', 'counter').total).toBe(MEASURED)
    expect(metricOf(result, 'depth', 'gauge')).toMatchObject({
      count: MEASURED,
      values: { last: -29, min: -29, max: 10 },
    })
    const ttfb = metricOf(result, 'ttfb', 'trend')
    expect(ttfb.histogram.totalCount).toBe(MEASURED)
    expect(trendAt(ttfb, 50)).toBeCloseTo(MEASURED / 2, 1)
    expect(trendAt(ttfb, 100)).toBeCloseTo(MEASURED, 1)
  })

  test('count invalid values as invalid, and values out of range as clamped', async () => {
    const result = await generateLoad({
      ...short,
      metrics: {
        bytes: counter(),
        depth: gauge(),
        ttfb: trend('ms'),
        size: trend('bytes', { resolution: 10 }),
      },
      operations: {
        write: async ({ metrics }) => {
          for (const bad of [Number.NaN, Infinity, -1, ...NO_NUMBERS]) {
            metrics.bytes.add(bad)
            metrics.depth.set(bad)
            metrics.ttfb.record(bad)
          }
          metrics.ttfb.record(1e9)
          metrics.size.record(1e10)
        },
      },
    })
    const all = (3 + NO_NUMBERS.length) * MEASURED
    expect(metricOf(result, 'bytes', 'counter')).toMatchObject({ total: 0, invalid: all })
    // A gauge may be below 0.
    expect(metricOf(result, 'depth', 'gauge')).toMatchObject({
      values: { last: -1, min: -1, max: -1 },
      invalid: all - MEASURED,
    })
    expect(metricOf(result, 'ttfb', 'trend')).toMatchObject({ invalid: all, clamped: MEASURED })
    const size = metricOf(result, 'size', 'trend')
    expect(size).toMatchObject({ invalid: 0, clamped: 0 })
    expect(trendAt(size, 100)).toBeGreaterThanOrEqual(1e10)
  })

  test('stay finite if they would overflow', async () => {
    const resolution = 8e298
    const result = await generateLoad({
      ...short,
      metrics: { huge: counter(), vast: trend('m', { resolution }) },
      operations: {
        write: async ({ metrics }) => {
          metrics.huge.add(Number.MAX_VALUE)
          metrics.vast.record(Number.MAX_VALUE)
        },
      },
    })
    const huge = metricOf(result, 'huge', 'counter')
    expect(huge).toMatchObject({ total: Number.MAX_VALUE, invalid: MEASURED - 1 })
    expect(perSecond(huge.inTime, result.measuredMs)).toBe(Number.MAX_VALUE)
    expect(trendAt(metricOf(result, 'vast', 'trend'), 100)).toBeLessThan(Infinity)
    expect(() => trend('m', { resolution: 1e300 })).toThrow(InputError)
  })

  test('count additions per second only while requests are being started', async () => {
    const result = await generateLoad({
      ...short,
      timeoutMs: 1_000,
      metrics: { late: counter() },
      operations: {
        write: async ({ metrics }) => {
          await sleep(150)
          metrics.late.add()
        },
      },
    })
    expect(metricOf(result, 'late', 'counter')).toMatchObject({ total: MEASURED, inTime: 0 })
  })

  test('ignore values written after the load ended', async () => {
    const result = await generateLoad({
      ...short,
      gracePeriodMs: 10,
      metrics: { late: counter(), depth: gauge() },
      operations: {
        write: async ({ metrics }) => {
          await sleep(150)
          metrics.late.add()
          metrics.depth.set(1)
        },
      },
    })
    const atTheEnd = structuredClone(metricOf(result, 'late', 'counter'))
    await sleep(200)
    expect(metricOf(result, 'late', 'counter')).toEqual(atTheEnd)
  })
})
