import { compareCounts } from './compare-counts.ts'
import { compareTimes } from './compare-times.ts'
import { formatRatio, type MetricComparison } from './metric.ts'
import type { MeasuredOperation } from './measured-operation.ts'

/** One operation of a scenario in both runs. */
export interface OperationComparison {
  readonly name: string
  readonly metrics: readonly MetricComparison[]
  /** A note on the generator's influence; `null` if it made no notable difference. */
  readonly generator: string | null
}

/**
 * Compares one operation by the figures in the run files.
 * @param unjudged why nothing may be judged; `null` if everything may.
 */
export function compareOperation(
  baseline: MeasuredOperation,
  candidate: MeasuredOperation,
  unjudged: string | null,
): OperationComparison {
  const metrics = [
    ...compareTimes([baseline, candidate]),
    ...compareCounts(baseline, candidate),
  ].map((metric): MetricComparison =>
    unjudged === null || metric.mark.kind === 'shown'
      ? metric
      : { ...metric, mark: { kind: 'not judged', why: unjudged } },
  )
  return { name: baseline.operation.name, metrics, generator: generatorNote(metrics) }
}

/** The smallest factor by which response times must change, with service times unchanged, to be noted. */
const MIN_NOTED_FACTOR = 1.5
/** The largest factor by which service times may differ and still count as unchanged. */
const MAX_UNCHANGED_FACTOR = 1.2

/** Notes that response times changed while service times didn't: requests were started later, or less late. */
function generatorNote(metrics: readonly MetricComparison[]): string | null {
  for (const percentile of ['P50', 'P99'] as const) {
    const service = metrics.find(({ metric }) => metric === `service ${percentile}`)
    const response = metrics.find(({ metric }) => metric === `response ${percentile}`)
    if (service === undefined || response === undefined) continue
    const isThin = response.baseline.isThin || response.candidate.isThin
    if (isThin || factorOf(service) > MAX_UNCHANGED_FACTOR || factorOf(response) < MIN_NOTED_FACTOR)
      continue
    const when = (response.ratio ?? 1) > 1 ? 'later' : 'less late'
    return `response ${percentile} ${formatRatio(response)}, service ${percentile} ${formatRatio(service)}: requests were started ${when}, by the generator or by what holds up its event loop`
  }
  return null
}

/** In either direction; 1 without a ratio. */
function factorOf({ ratio }: MetricComparison): number {
  return ratio === null || ratio === 0 ? 1 : Math.max(ratio, 1 / ratio)
}
