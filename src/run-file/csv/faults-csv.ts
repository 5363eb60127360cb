import { faultEffects, type FaultEffect } from '../fault-effects.ts'
import type { FaultJson } from '../json/load-result-json.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'
import { column, toCsv, type Column } from './csv.ts'
import { roundedMs } from './rounded.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** A row of `<runId>.faults.csv`: one fault of one scenario. */
export interface FaultRow {
  readonly run: RunFile
  readonly scenario: Measured
  readonly fault: FaultJson
  /** `null` if it broke nothing. */
  readonly effect: FaultEffect | null
}

/** All columns of `<runId>.faults.csv`. */
export const FAULT_COLUMNS: readonly Column<FaultRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column('fault', 'what broke', ({ fault }) => fault.label),
  column('what', 'what exactly broke', ({ fault }) => fault.what),
  column(
    'state',
    'injected, failed, elsewhere (by another shard) or not reached',
    ({ fault }) => fault.state,
  ),
  column('plannedAtMs', 'when it was due, since the measurement began', ({ fault }) =>
    roundedMs(fault.plannedAtMs),
  ),
  column('fromMs', 'when it began', ({ fault }) =>
    'fromMs' in fault ? roundedMs(fault.fromMs) : null,
  ),
  column('toMs', 'when it was over; as fromMs for one that stays', ({ fault }) =>
    'toMs' in fault ? roundedMs(fault.toMs) : null,
  ),
  column('timestamp', 'when it began, or was due, ISO 8601 UTC', ({ scenario, fault }) => {
    const sinceMs = 'fromMs' in fault ? fault.fromMs : fault.plannedAtMs
    const at = new Date(Date.parse(scenario.result.startedAt) + sinceMs)
    return Number.isNaN(at.getTime()) ? null : at.toISOString()
  }),
  column(
    'notOk',
    'requests that failed, timed out or were dropped until the next fault',
    ({ effect }) => effect?.notOk ?? null,
  ),
  column(
    'withoutSuccessSeconds',
    'the longest stretch of whole seconds without a success of an operation until the next fault',
    ({ effect }) => effect?.withoutSuccessSeconds ?? null,
  ),
  column(
    'failingForMs',
    'from the fault to the end of the last second with a request that was not ok',
    ({ effect }) => roundedMs(effect?.failingForMs ?? null),
  ),
  column('reason', 'why it failed', ({ fault }) => ('reason' in fault ? fault.reason : null)),
]

/** Whether a load of a run was given faults. */
export function hasFaults({ scenarios }: Pick<RunFile, 'scenarios'>): boolean {
  return scenarios.some(
    (scenario) => scenario.state === 'measured' && scenario.result.faults.length > 0,
  )
}

/** One row per fault, in order of time; `null` if the run has none. */
export function faultsCsv(run: RunFile): string | null {
  const rows = run.scenarios.flatMap((scenario): FaultRow[] => {
    if (scenario.state !== 'measured') return []
    const effects = faultEffects(scenario.result)
    return scenario.result.faults.map((fault, at) => ({
      run,
      scenario,
      fault,
      effect: effects[at] ?? null,
    }))
  })
  return rows.length === 0 ? null : toCsv(FAULT_COLUMNS, rows)
}
