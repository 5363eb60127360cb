import type { RunFile } from '../../run-file/run-file.ts'
import { benchmarkFigures, type BenchmarkFigures } from './benchmark-figures.ts'

/** An entry that github-action-benchmark reads as `customSmallerIsBetter`. */
interface Entry {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly extra: string
}

/**
 * A run for github-action-benchmark, `tool: customSmallerIsBetter`: service and response times in ms,
 * and failed requests in percent, so that failing fast is no improvement.
 * Format: https://github.com/benchmark-action/github-action-benchmark#custom-benchmarks
 */
export function actionBenchmark(run: RunFile): string {
  const entries = benchmarkFigures(run).flatMap((figures): readonly Entry[] => {
    const extra = extraOf(run, figures)
    const entry = (what: string, unit: string, value: number): Entry => ({
      name: `${figures.name}: ${what}`,
      unit,
      value,
      extra,
    })
    const { service, response, errorRatio, missingRatio } = figures
    return [
      ...service.map(({ label, ms }) => entry(`service time ${label}`, 'ms', ms)),
      ...response.map(({ label, ms }) => entry(`response time ${label}`, 'ms', ms)),
      ...(errorRatio === null ? [] : [entry('requests not ok', '%', errorRatio * 100)]),
      ...(missingRatio === null ? [] : [entry('receipts missing', '%', missingRatio * 100)]),
    ]
  })
  return `${JSON.stringify(entries, null, 2)}\n`
}

/** The tooltip in a chart. */
function extraOf(run: RunFile, { load, operation }: BenchmarkFigures): string {
  const { verdict, result } = load.scenario
  return [
    `run ${run.runId}`,
    `${result.arrivals}, ${operation.counts.ok} of ${operation.counts.planned} requests ok`,
    `measurement: ${load.distrust ?? verdict.kind}`,
  ].join('\n')
}
