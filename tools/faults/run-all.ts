import { canMountDisks } from './disk.ts'
import { judge, type Outcome } from './outcome.ts'
import type { Row } from './row.ts'
import { runRow } from './run-row.ts'
import { whyNotAsPlanned } from './timing.ts'

/** The maximum number of attempts for a row whose faults were not injected as planned. */
const ATTEMPTS = 2

/** Options for running rows. */
export interface RunAllOptions {
  /** Concurrent rows, ≥ 1; they compete for CPU time. */
  readonly parallel: number
  readonly signal: AbortSignal
  readonly onOutcome: (outcome: Outcome) => void
}

/**
 * Runs rows, some at the same time.
 * @returns their outcomes, in the order of the rows.
 * @throws EnvironmentError if servers are missing; what `signal` says, once all has been ended.
 */
export async function runAll(
  rows: readonly Row[],
  { parallel, signal, onOutcome }: RunAllOptions,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<Row, Outcome>()
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  const waiting = [...rows]
  const takeRows = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      stop.throwIfAborted()
      const outcome = await run(row, stop)
      outcomes.set(row, outcome)
      onOutcome(outcome)
    }
  }
  const lanes = Array.from({ length: parallel }, () =>
    takeRows().catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  // All rows clean up before an error is thrown.
  const ended = await Promise.allSettled(lanes)
  stop.throwIfAborted()
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason
  return rows.flatMap((row) => outcomes.get(row) ?? [])
}

async function run(row: Row, signal: AbortSignal): Promise<Outcome> {
  if (row.stage.results === 'small disk' && !canMountDisks()) {
    return { kind: 'not run', row, reason: 'only root can mount a disk that is small enough' }
  }
  for (let attempt = 1; ; attempt++) {
    const seen = await runRow(row, signal)
    const isAsPlanned = !row.isExact || whyNotAsPlanned(row, seen).length === 0
    if (isAsPlanned || attempt === ATTEMPTS) return judge(row, seen)
  }
}
