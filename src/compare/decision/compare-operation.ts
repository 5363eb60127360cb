import { compareCounts } from './compare-counts.ts'
import { compareTimes } from './compare-times.ts'
import { formatRatio, type MetricComparison } from './metric.ts'
import type { MeasuredOperation } from './measured-operation.ts'

/** One operation of a scenario in both runs. */
export interface OperationComparison {
  readonly name: string
  readonly metrics: readonly MetricComparison[]
  /** What the generator changed; `null` if it made no difference that is worth a word. */
  readonly generator: string | null
}

/**
 * Compares one operation, from the figures in the run files.
 * @param unjudged why nothing is judged; `null` if all is that can be.
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

/** By what factor response times have to change where service times don't, before it is worth a word. */
const WORTH_A_WORD = 1.5
/** By what factor service times may change and still be called alike. */
const ALIKE = 1.2

/** Whether response times changed where service times didn't: requests were started later, or less late, than before. */
function generatorNote(metrics: readonly MetricComparison[]): string | null {
  for (const percentile of ['P50', 'P99'] as const) {
    const service = metrics.find(({ metric }) => metric === `service ${percentile}`)
    const response = metrics.find(({ metric }) => metric === `response ${percentile}`)
    if (service === undefined || response === undefined) continue
    const isThin = response.baseline.isThin || response.candidate.isThin
    if (isThin || factorOf(service) > ALIKE || factorOf(response) < WORTH_A_WORD) continue
    const when = (response.ratio ?? 1) > 1 ? 'later' : 'less late'
    return `response ${percentile} ${formatRatio(response)}, service ${percentile} ${formatRatio(service)}: requests were started ${when}, by the generator or by what holds up its event loop`
  }
  return null
}

/** Whichever way; 1 for what has no ratio. */
function factorOf({ ratio }: MetricComparison): number {
  return ratio === null || ratio === 0 ? 1 : Math.max(ratio, 1 / ratio)
}
