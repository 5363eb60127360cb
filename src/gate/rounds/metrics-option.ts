import { InputError } from '../../input-error.ts'
import { labelOf, METRICS, type OperationMetric } from '../decision/metric.ts'

/** Names on the command line: `p95` for the service time, `completion-p95`, `errors`. */
const NAMES = new Map(METRICS.map((metric) => [nameOf(metric), metric]))
/** Names as in reports. */
const LABELS = new Map(METRICS.map((metric) => [labelOf(metric).replace(' ', '-'), metric]))

/** All names, for the help. */
export const METRIC_NAMES: readonly string[] = [...NAMES.keys()]

/**
 * Parses a comma-separated list of metrics.
 * @throws InputError for an unknown name.
 */
export function parseMetrics(text: string): readonly OperationMetric[] {
  const names = new Set(text.split(',').map((name) => name.trim().toLowerCase()))
  const metrics = [...names].map((name) => {
    const metric = NAMES.get(name) ?? LABELS.get(name)
    if (metric !== undefined) return metric
    throw new InputError(`--metrics: "${name}" is not a metric; known: ${METRIC_NAMES.join(', ')}.`)
  })
  return [...new Set(metrics)]
}

function nameOf(metric: OperationMetric): string {
  return labelOf(metric).replace('service ', '').replace(' ', '-')
}
