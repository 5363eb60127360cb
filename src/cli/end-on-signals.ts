import type { Vitest } from 'vitest/node'
import { onSignals, type Signals } from '../process/signals.ts'

/** A run that has not ended by itself this long after a signal hangs. */
const PATIENCE_MS = 10_000

/**
 * The first signal ends the run in order: the load stops, its figures are kept, the servers are
 * ended. A second one ends the process at once, and so does a run that doesn't end.
 */
export function endOnSignals(vitest: Vitest, isUi = false): Signals {
  return onSignals((name, exitCode) => {
    process.stderr.write(`\n${name}: ending the run; once more to leave at once\n`)
    setTimeout(() => process.exit(exitCode), PATIENCE_MS).unref()
    vitest
      .cancelCurrentRun('keyboard-input')
      // A run ends by itself once it is cancelled; the UI waits for the next one.
      .then(() => (isUi ? vitest.close() : undefined))
      .catch(() => process.exit(exitCode))
  })
}
