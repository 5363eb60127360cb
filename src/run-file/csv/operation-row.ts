import { column, type Column } from './csv.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

/** A row of `<runId>.csv`: an operation of a scenario, all of its operations, or a scenario that was not measured. */
export interface OperationRow {
  readonly run: RunFile
  readonly scenario: ScenarioEntry
  readonly measured: {
    readonly scenario: Extract<ScenarioEntry, { state: 'measured' }>
    readonly operation: LoadResultJson['operations'][number]
    /** Whether `operation` is all operations added up; its name is then empty. */
    readonly isAll: boolean
  } | null
}

/** The figures of a time, one column each. */
export const FIGURES = ['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const

/** A column that is empty for a scenario that was not measured. */
export function ofOperation(
  label: string,
  description: string,
  value: (measured: NonNullable<OperationRow['measured']>) => string | number | null,
): Column<OperationRow> {
  return column(label, description, ({ measured }) => (measured === null ? null : value(measured)))
}

/** A figure's name in descriptions. */
export function figureName(figure: (typeof FIGURES)[number]): string {
  const names = {
    meanMs: 'mean',
    p50Ms: 'P50',
    p95Ms: 'P95',
    p99Ms: 'P99',
    p999Ms: 'P99.9',
    maxMs: 'largest',
  } as const
  return names[figure]
}
