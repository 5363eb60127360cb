import { toCsv, type Column } from '../csv.ts'
import type { RunComparison, ScenarioComparison } from './compare-runs.ts'
import type { MetricComparison } from './metric.ts'

interface Row {
  readonly comparison: RunComparison
  readonly scenario: ScenarioComparison
  readonly operation: string
  readonly metric: MetricComparison
}

const COLUMNS: readonly Column<Row>[] = [
  column('baseline', 'its run id', ({ comparison }) => comparison.baseline.runId),
  column('candidate', 'its run id', ({ comparison }) => comparison.candidate.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column(
    'standing',
    'compared, unlike, invalid or unmeasured',
    ({ scenario }) => scenario.standing.kind,
  ),
  column('operation', "the operation's name", ({ operation }) => operation),
  column(
    'metric',
    'a time and its percentile, rate, errors, delivery',
    ({ metric }) => metric.metric,
  ),
  column('unit', 'ms, 1/s, or a share of 1', ({ metric }) => metric.unit),
  column('baselineValue', 'in that unit', ({ metric }) => metric.baseline.value),
  column('candidateValue', 'in that unit', ({ metric }) => metric.candidate.value),
  column('ratio', 'candidate / baseline', ({ metric }) => metric.ratio),
  column(
    'isThin',
    'whether fewer than 100 requests are beyond the percentile',
    ({ metric: { baseline, candidate } }) => baseline.isThin || candidate.isThin,
  ),
  column(
    'mark',
    'within spread, worth a look, not judged, or shown',
    ({ metric }) => metric.mark.kind,
  ),
  column('why', 'it is not judged, or which way it differs', ({ metric: { mark } }) => {
    if (mark.kind === 'not judged') return mark.why
    return mark.kind === 'worth a look' ? mark.direction : null
  }),
]

/** One row a scenario × operation × metric that both runs have. */
export function comparisonCsv(comparison: RunComparison): string {
  const rows = comparison.scenarios.flatMap((scenario) =>
    scenario.operations.flatMap(({ name, metrics }) =>
      metrics.map((metric): Row => ({ comparison, scenario, operation: name, metric })),
    ),
  )
  return toCsv(COLUMNS, rows)
}

function column(label: string, description: string, value: Column<Row>['value']): Column<Row> {
  return { label, description, value }
}
