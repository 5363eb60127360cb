import { column, toCsv, type Column } from './csv.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { intervalsOf } from '../json/intervals-json.ts'
import { capitalized, figureName } from './operation-row.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

/** A row of `<runId>.intervals.csv`: one operation of one scenario in one second. */
export interface IntervalRow {
  readonly run: RunFile
  readonly scenario: Exclude<ScenarioEntry, { state: 'unmeasured' }>
  readonly interval: IntervalFigures
}

/** All columns of `<runId>.intervals.csv`. */
export const INTERVAL_COLUMNS: readonly Column<IntervalRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column('operation', "the operation's name", ({ interval }) => interval.operation),
  column('second', 'seconds from the start of the measurement', ({ interval }) => interval.second),
  column('started', 'requests started', ({ interval }) => interval.started),
  column('dropped', 'requests due but not started', ({ interval }) => interval.dropped),
  column('ok', 'requests that succeeded', ({ interval }) => interval.ok),
  column('failed', 'requests that failed', ({ interval }) => interval.failed),
  column('timedOut', 'requests that timed out', ({ interval }) => interval.timedOut),
  ...(['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const).map((figure) =>
    column<IntervalRow>(
      `response${capitalized(figure)}`,
      `response time, ${figureName(figure)}, of those that ended in this second`,
      ({ interval }) => interval.response?.[figure] ?? null,
    ),
  ),
]

/** One row per second, scenario and operation. */
export function intervalsCsv(run: RunFile): string {
  const rows = run.scenarios.flatMap((scenario): IntervalRow[] => {
    if (scenario.state === 'unmeasured') return []
    return intervalsOf(scenario.state === 'lost' ? scenario : scenario.result).map((interval) => ({
      run,
      scenario,
      interval,
    }))
  })
  return toCsv(INTERVAL_COLUMNS, rows)
}
