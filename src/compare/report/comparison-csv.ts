import { column, toCsv, type Column } from '../../run-file/csv/csv.ts'
import type { RunComparison, ScenarioComparison } from '../decision/compare-runs.ts'
import type { MetricComparison } from '../decision/metric.ts'

/** A metric of both runs; `metric` is `null` for a row about something unmeasured, or in only one run. */
interface Row {
  readonly comparison: RunComparison
  readonly scenario: string
  readonly file: string | null
  readonly standing: ScenarioComparison['standing']['kind'] | OnlyIn
  readonly operation: string | null
  readonly metric: MetricComparison | null
  /** Why there is no metric. */
  readonly why: string | null
}

type OnlyIn = 'only in baseline' | 'only in candidate'

const COLUMNS: readonly Column<Row>[] = [
  column('baseline', 'its run id', ({ comparison }) => comparison.baseline.runId),
  column('candidate', 'its run id', ({ comparison }) => comparison.candidate.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario),
  column('file', 'where it is defined', ({ file }) => file),
  column(
    'standing',
    'compared, unlike, invalid, unmeasured, or only in one of the runs',
    ({ standing }) => standing,
  ),
  column('operation', "the operation's name", ({ operation }) => operation),
  ofMetric('metric', 'a time and its percentile, rate, errors, delivery', ({ metric }) => metric),
  ofMetric('unit', 'ms, 1/s, or share (a ratio from 0 to 1)', ({ unit }) => unit),
  ofMetric('baselineValue', 'in that unit', ({ baseline }) => baseline.value),
  ofMetric('candidateValue', 'in that unit', ({ candidate }) => candidate.value),
  ofMetric('ratio', 'candidate / baseline', ({ ratio }) => ratio),
  ofMetric(
    'isThin',
    'whether fewer than 100 requests are beyond the percentile',
    ({ baseline, candidate }) => baseline.isThin || candidate.isThin,
  ),
  column(
    'mark',
    'within spread, worth a look, not judged, or shown',
    ({ metric }) => metric?.mark.kind ?? 'not judged',
  ),
  column(
    'why',
    'reason for not judging it, or the direction of the difference',
    ({ metric, why }) => {
      if (metric === null) return why
      const { mark } = metric
      if (mark.kind === 'not judged') return mark.why
      return mark.kind === 'worth a look' ? mark.direction : null
    },
  ),
]

/** One row per scenario, operation and metric of both runs, and one per scenario or operation of only one. */
export function comparisonCsv(comparison: RunComparison): string {
  const { scenarios, onlyInBaseline, onlyInCandidate } = comparison
  const rows = [
    ...scenarios.flatMap(rowsOf),
    ...lone(onlyInBaseline, 'only in baseline', (scenario) => ({ scenario })),
    ...lone(onlyInCandidate, 'only in candidate', (scenario) => ({ scenario })),
  ]
  return toCsv(
    COLUMNS,
    rows.map((row): Row => ({ ...NOTHING, comparison, ...row })),
  )
}

type PartialRow = Pick<Row, 'scenario' | 'standing'> & Partial<Row>

const NOTHING = { file: null, operation: null, metric: null, why: null } as const

function rowsOf(scenario: ScenarioComparison): readonly PartialRow[] {
  const { name, file, standing, operations, onlyInBaseline, onlyInCandidate } = scenario
  const common = { scenario: name, file, standing: standing.kind }
  const only = (operation: string) => ({ scenario: name, file, operation })
  return [
    ...(standing.kind === 'unmeasured' ? [{ ...common, why: standing.why }] : []),
    ...operations.flatMap(({ name: operation, metrics }) =>
      metrics.map((metric) => ({ ...common, operation, metric })),
    ),
    ...lone(onlyInBaseline, 'only in baseline', only),
    ...lone(onlyInCandidate, 'only in candidate', only),
  ]
}

function lone(
  names: readonly string[],
  standing: OnlyIn,
  rowOf: (name: string) => Pick<PartialRow, 'scenario'>,
): readonly PartialRow[] {
  return names.map((name) => ({ ...rowOf(name), standing, why: 'one run does not have it' }))
}

function ofMetric(
  label: string,
  description: string,
  value: (metric: MetricComparison) => string | number | boolean | null,
): Column<Row> {
  return column(label, description, ({ metric }) => (metric === null ? null : value(metric)))
}
