import { withIntervals } from '../../run-file/json/intervals-json.ts'
import { countedDeliveries, throughputPerSecond } from '../../load/totals.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { exportedLoads, type ExportedLoad, type MeasuredOperation } from './exported-loads.ts'

/** One operation of one scenario, as dashboards get it. */
export interface BenchmarkFigures {
  /** `<scenario> / <operation>`; an untrusted measurement has its own name, and so its own series. */
  readonly name: string
  readonly load: ExportedLoad
  readonly operation: MeasuredOperation
  readonly service: readonly PercentileFigure[]
  readonly response: readonly PercentileFigure[]
  /** Requests that succeeded, per second; `null` if no time was measured. */
  readonly throughputPerSecond: number | null
  /** Ratio of requests due that did not succeed, 0 to 1; `null` if none was due. */
  readonly errorRatio: number | null
  /** Ratio of expected receipts that are missing, 0 to 1; `null` if none was expected. */
  readonly missingRatio: number | null
}

/** A percentile of a time. */
export interface PercentileFigure {
  readonly label: 'P50' | 'P95' | 'P99'
  readonly ms: number
}

/** All operations of a run's scenarios, in order. */
export function benchmarkFigures(run: RunFile): readonly BenchmarkFigures[] {
  return exportedLoads(run).flatMap((load) =>
    load.scenario.result.operations.map((operation) => {
      const { counts, response, service, deliveries } = operation
      const counted = countedDeliveries(deliveries)
      const distrust = load.distrust === null ? '' : ' (not to be trusted)'
      return {
        name: `${load.name} / ${operation.name}${distrust}`,
        load,
        operation,
        service: percentiles(service),
        response: percentiles(response),
        throughputPerSecond: throughputPerSecond(
          withIntervals(load.scenario.result),
          operation.name,
        ),
        errorRatio: counts.planned === 0 ? null : (counts.planned - counts.ok) / counts.planned,
        missingRatio:
          counted === null || counted.expected === 0 ? null : counted.missing / counted.expected,
      }
    }),
  )
}

/** A percentile with fewer slower requests than this is chance. */
const MIN_SLOWER = 10

function percentiles({ figures }: HistogramJson): readonly PercentileFigure[] {
  const all = [
    ['P50', 0.5, figures.p50Ms],
    ['P95', 0.95, figures.p95Ms],
    ['P99', 0.99, figures.p99Ms],
  ] as const
  return all.flatMap(([label, ratio, ms]) => {
    const isKnown = ms !== null && figures.count * (1 - ratio) >= MIN_SLOWER - 1e-6
    return isKnown ? [{ label, ms }] : []
  })
}
