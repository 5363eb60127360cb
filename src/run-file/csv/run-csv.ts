import { throughputPerSecond } from '../../load/totals.ts'
import { INTERVAL_COLUMNS, OPERATION_COLUMNS } from './csv-columns.ts'
import type { IntervalRow } from './csv-columns.ts'
import type { OperationRow } from './operation-row.ts'
import { toCsv } from './csv.ts'
import type { RunFile } from '../run-file.ts'

/** One row a scenario × operation, and one for each scenario that was not measured. */
export function operationsCsv(run: RunFile): string {
  const rows = run.scenarios.flatMap((scenario): OperationRow[] => {
    if (scenario.state !== 'measured') return [{ run, scenario, measured: null }]
    const { result } = scenario
    return result.operations.map((operation) => ({
      run,
      scenario,
      measured: {
        scenario,
        operation,
        throughputPerSecond: throughputPerSecond(result, operation.name),
      },
    }))
  })
  return toCsv(OPERATION_COLUMNS, rows)
}

/** One row a second × scenario × operation. */
export function intervalsCsv(run: RunFile): string {
  const rows = run.scenarios.flatMap((scenario): IntervalRow[] => {
    if (scenario.state === 'unmeasured') return []
    const { intervals } = scenario.state === 'lost' ? scenario : scenario.result
    return intervals.map((interval) => ({ run, scenario, interval }))
  })
  return toCsv(INTERVAL_COLUMNS, rows)
}
