import { countedDeliveries, throughputPerSecond } from '../../load/totals.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { exportedLoads, type ExportedLoad, type MeasuredOperation } from './exported-loads.ts'

/** What a dashboard is told of one operation of one scenario. */
export interface BenchmarkFigures {
  /** `<scenario> / <operation>`; what is not to be trusted has a name, and so a series, of its own. */
  readonly name: string
  readonly load: ExportedLoad
  readonly operation: MeasuredOperation
  readonly service: readonly PercentileFigure[]
  readonly response: readonly PercentileFigure[]
  /** Requests that succeeded, per second; `null` if no time was measured. */
  readonly throughputPerSecond: number | null
  /** Requests due that did not succeed, 0 to 1; `null` if none was due. */
  readonly errorRatio: number | null
  /** Receipts expected that did not come, 0 to 1; `null` where there are none. */
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
        throughputPerSecond: throughputPerSecond(load.scenario.result, operation.name),
        errorRatio: counts.planned === 0 ? null : (counts.planned - counts.ok) / counts.planned,
        missingRatio:
          counted === null || counted.expected === 0 ? null : counted.missing / counted.expected,
      }
    }),
  )
}

/** A percentile with fewer slower requests than this is an accident. */
const REQUESTS_BEYOND = 10

function percentiles({ figures }: HistogramJson): readonly PercentileFigure[] {
  const all = [
    ['P50', 0.5, figures.p50Ms],
    ['P95', 0.95, figures.p95Ms],
    ['P99', 0.99, figures.p99Ms],
  ] as const
  return all.flatMap(([label, share, ms]) => {
    const isKnown = ms !== null && figures.count * (1 - share) >= REQUESTS_BEYOND - 1e-6
    return isKnown ? [{ label, ms }] : []
  })
}
