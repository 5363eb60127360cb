import type { BaselineData } from 'vitest'
import { meanOf, medianOf, quantileOfSorted } from '../../../src/stats/quantile.ts'
import type { Sample } from './interleave.ts'

type Statistics = BaselineData['latency']

/** A benchmark's figures for Vitest's tables and the run file, from samples in ms. */
export function benchmarkOf(samples: readonly Sample[]): BaselineData {
  const latency = statisticsOf(samples.map(({ ms }) => ms))
  return {
    latency,
    throughput: statisticsOf(samples.map(({ ms }) => 1_000 / ms)),
    period: latency.mean,
    totalTime: latency.mean * latency.samplesCount,
  }
}

/** The margin of error is of the mean, for 95 % confidence, by the normal distribution. */
function statisticsOf(values: readonly number[]): Statistics {
  const sorted = values.toSorted((a, b) => a - b)
  const count = sorted.length
  const mean = meanOf(sorted)
  const p50 = quantileOfSorted(sorted, 0.5)
  const deviations = sorted.map((value) => Math.abs(value - mean))
  const variance = count < 2 ? 0 : (meanOf(deviations.map((d) => d * d)) * count) / (count - 1)
  const sd = Math.sqrt(variance)
  const sem = sd / Math.sqrt(count)
  const critical = 1.96
  const moe = critical * sem
  return {
    aad: meanOf(deviations),
    critical,
    df: count - 1,
    mad: medianOf(sorted.map((value) => Math.abs(value - p50))),
    max: sorted.at(-1) ?? Number.NaN,
    mean,
    min: sorted[0] ?? Number.NaN,
    moe,
    p50,
    p75: quantileOfSorted(sorted, 0.75),
    p99: quantileOfSorted(sorted, 0.99),
    p995: quantileOfSorted(sorted, 0.995),
    p999: quantileOfSorted(sorted, 0.999),
    rme: (100 * moe) / Math.abs(mean),
    samples: undefined,
    samplesCount: count,
    sd,
    sem,
    variance,
  }
}
