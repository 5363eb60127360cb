import type { RunFile } from '../../run-file/run-file.ts'
import { benchmarkFigures, type PercentileFigure } from './benchmark-figures.ts'
import { uniqueNames } from './exported-loads.ts'

/** A metric of Bencher. */
interface Metric {
  readonly value: number
}

/** Maximum length of a benchmark's name, in characters. */
const MAX_NAME_LENGTH = 1_024
const NS_PER_MS = 1e6

/**
 * A run as Bencher Metric Format: a benchmark per scenario and operation, with Bencher's own measures `latency`,
 * the median service time in ns, and `throughput`, in requests/s; and our own measures, with times in ns.
 * Format: https://bencher.dev/docs/reference/bencher-metric-format
 */
export function bencherMetrics(run: RunFile): string {
  const all = benchmarkFigures(run)
  const names = uniqueNames(
    all.map(({ name }) => name.slice(0, MAX_NAME_LENGTH - 8).toWellFormed()),
    (name, n) => `${name} #${n}`,
  )
  const benchmarks = all.map((figures, i) => {
    const { service, response, throughputPerSecond, errorRatio, missingRatio } = figures
    const measures: Record<string, Metric> = {
      ...measuresOf('service-time', service),
      ...measuresOf('response-time', response),
    }
    const median = service.find(({ label }) => label === 'P50')
    if (median !== undefined) measures['latency'] = { value: median.ms * NS_PER_MS }
    if (throughputPerSecond !== null) measures['throughput'] = { value: throughputPerSecond }
    if (errorRatio !== null) measures['error-ratio'] = { value: errorRatio }
    if (missingRatio !== null) measures['missing-receipts-ratio'] = { value: missingRatio }
    return [names[i] ?? figures.name, measures] as const
  })
  return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`
}

function measuresOf(
  time: string,
  figures: readonly PercentileFigure[],
): Readonly<Record<string, Metric>> {
  return Object.fromEntries(
    figures.map(({ label, ms }) => [`${time}-${label.toLowerCase()}`, { value: ms * NS_PER_MS }]),
  )
}
