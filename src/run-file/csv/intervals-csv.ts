import { capitalised } from '../../format.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { faultsBySecond } from '../fault-effects.ts'
import { intervalsOf } from '../json/intervals-json.ts'
import { column, toCsv, type Column } from './csv.ts'
import { figureName } from './operation-row.ts'
import { roundedMs } from './rounded.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type WithSeconds = Exclude<ScenarioEntry, { state: 'unmeasured' }>

/** A row of `<runId>.intervals.csv`: one operation of one scenario in one second. */
export interface IntervalRow {
  readonly run: RunFile
  readonly scenario: WithSeconds
  readonly interval: IntervalFigures
  /** When the second began, in ms since 1970; `null` if unknown. */
  readonly timestamp: number | null
  /** The labels of faults that were on in it. */
  readonly faults: readonly string[]
}

/** All columns of `<runId>.intervals.csv`. */
export const INTERVAL_COLUMNS: readonly Column<IntervalRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column('operation', "the operation's name", ({ interval }) => interval.operation),
  column('second', 'seconds from the start of the measurement', ({ interval }) => interval.second),
  column('timestamp', 'when the second began, ISO 8601 UTC', ({ timestamp }) =>
    timestamp === null ? null : new Date(timestamp).toISOString(),
  ),
  column('planned', 'requests due in it', ({ interval }) => interval.planned),
  column('started', 'requests started', ({ interval }) => interval.started),
  column('dropped', 'requests due but not started', ({ interval }) => interval.dropped),
  column('ok', 'requests that succeeded', ({ interval }) => interval.ok),
  column('failed', 'requests that failed', ({ interval }) => interval.failed),
  column('timedOut', 'requests that timed out', ({ interval }) => interval.timedOut),
  column('inFlight', 'the most requests under way at once', ({ interval }) => interval.inFlight),
  column('received', 'receipts that arrived', ({ interval }) => interval.received),
  column(
    'errors',
    'of requests that failed, e.g. "TIMEOUT: 3; IO: 1"',
    ({ interval: { errors } }) =>
      errors.length === 0 ? null : errors.map(({ code, count }) => `${code}: ${count}`).join('; '),
  ),
  column('faults', 'faults that began or were on in it', ({ faults }) =>
    faults.length === 0 ? null : faults.join('; '),
  ),
  ...(['p50Ms', 'p99Ms', 'maxMs'] as const).map((figure) =>
    column<IntervalRow>(
      `lateness${capitalised(figure)}`,
      `intended to actual start, ${figureName(figure)}, of those started in this second`,
      ({ interval }) => roundedMs(interval.lateness?.[figure] ?? null),
    ),
  ),
  ...(['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const).map((figure) =>
    column<IntervalRow>(
      `response${capitalised(figure)}`,
      `response time, ${figureName(figure)}, of those that ended in this second`,
      ({ interval }) => roundedMs(interval.response?.[figure] ?? null),
    ),
  ),
]

/** One row per second, scenario and operation. */
export function intervalsCsv(run: RunFile): string {
  const rows = run.scenarios.map((scenario) =>
    scenario.state === 'unmeasured' ? '' : rowsOfScenario(run, scenario),
  )
  return toCsv(INTERVAL_COLUMNS, []) + rows.join('')
}

/** Rows of scenarios, by run: an hour takes a second, and files are rewritten after each scenario. */
const written = new WeakMap<WithSeconds, { readonly runId: string; readonly rows: string }>()

function rowsOfScenario(run: RunFile, scenario: WithSeconds): string {
  const known = written.get(scenario)
  if (known?.runId === run.runId) return known.rows
  const of = scenario.state === 'lost' ? scenario : scenario.result
  const { seconds, timestamps } = of.intervals
  const timestampOf = new Map(seconds.map((second, i) => [second, timestamps?.[i] ?? null]))
  const faults = scenario.state === 'lost' ? null : faultsBySecond(scenario.result)
  const csv = toCsv(
    INTERVAL_COLUMNS,
    intervalsOf(of).map((interval): IntervalRow => {
      const timestamp = timestampOf.get(interval.second) ?? null
      return { run, scenario, interval, timestamp, faults: faults?.get(interval.second) ?? [] }
    }),
  )
  const rows = csv.slice(csv.indexOf('\n') + 1)
  written.set(scenario, { runId: run.runId, rows })
  return rows
}
