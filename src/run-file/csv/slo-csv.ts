import { column, toCsv, type Column } from './csv.ts'
import { roundedMs, roundedRate, roundedRatio } from './rounded.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** A row of `<runId>.slo.csv`: one bound of one scenario. */
export interface BoundRow {
  readonly run: RunFile
  readonly scenario: Measured
  readonly bound: Measured['slo'][number]
}

/** All columns of `<runId>.slo.csv`. */
export const BOUND_COLUMNS: readonly Column<BoundRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column(
    'verdict',
    'whether the measurement may be trusted',
    ({ scenario }) => scenario.verdict.kind,
  ),
  column('operation', "the operation's name, or all", ({ bound }) => bound.operation),
  column('metric', 'such as "response P95"', ({ bound }) => bound.metric),
  column('unit', "the metric's: ms, 1/s, ratio or number", ({ bound }) => bound.unit),
  column('comparison', 'how measured must compare with bound', ({ bound }) => bound.comparison),
  column('bound', 'in the unit', ({ bound }) => bound.bound),
  column('measured', 'in the unit; of a windowed bound, in the worst window', ({ bound }) =>
    inUnit(bound.measured, bound.unit),
  ),
  column(
    'punctual',
    "the best value possible without the generator's lateness and pauses",
    ({ bound }) => inUnit(bound.punctual, bound.unit),
  ),
  column('outcome', 'met, missed or inconclusive', ({ bound }) => bound.outcome),
  column('reason', 'why it is inconclusive', ({ bound }) => bound.reason ?? null),
  column(
    'isDefault',
    'whether the load had no such bound of its own',
    ({ bound }) => bound.isDefault,
  ),
  column('everyMs', 'length of a window', ({ bound }) => bound.windows?.everyMs ?? null),
  column(
    'windowsJudged',
    'windows with something to measure',
    ({ bound }) => bound.windows?.judged ?? null,
  ),
  column('windowsMissed', 'of these, missed', ({ bound }) => bound.windows?.missed ?? null),
  column(
    'windowsInconclusive',
    'of these, inconclusive',
    ({ bound }) => bound.windows?.inconclusive ?? null,
  ),
  column(
    'worstFromMs',
    'where the worst window began, since the measurement did',
    ({ bound }) => bound.windows?.worstFromMs ?? null,
  ),
  column(
    'recoveryMs',
    'windows that begin within this time after a fault may miss it',
    ({ bound }) => bound.windows?.recoveryMs ?? null,
  ),
]

/** Whether a bound of a run was judged. */
export function hasBounds({ scenarios }: Pick<RunFile, 'scenarios'>): boolean {
  return scenarios.some((scenario) => scenario.state === 'measured' && scenario.slo.length > 0)
}

/** One row per bound, in the order of the report; `null` if the run has none. */
export function sloCsv(run: RunFile): string | null {
  const rows = run.scenarios.flatMap((scenario): BoundRow[] =>
    scenario.state === 'measured' ? scenario.slo.map((bound) => ({ run, scenario, bound })) : [],
  )
  return rows.length === 0 ? null : toCsv(BOUND_COLUMNS, rows)
}

function inUnit(figure: number | null, unit: BoundRow['bound']['unit']): number | null {
  switch (unit) {
    case 'ms':
      return roundedMs(figure)
    case '1/s':
      return roundedRate(figure)
    case 'ratio':
      return roundedRatio(figure)
    case 'number':
      return figure
  }
}
