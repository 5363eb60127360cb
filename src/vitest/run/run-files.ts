import type { Vitest } from 'vitest/node'
import { onSignals, type SignalCode, type Signals } from '../../process/signals.ts'
import { specificationsOf } from './scenario-files.ts'

/** A run that has not ended this long after a signal hangs. */
const PATIENCE_MS = 10_000

/**
 * The first signal ends the run in order: it stops the load, keeps the figures and ends the servers. A
 * second one ends the process at once, and so does a run that does not end.
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

/**
 * Runs scenarios and micro-benchmarks to their end, or until a signal, and closes Vitest.
 * @returns the exit code of the signal; `null` without one.
 */
export async function runFiles(
  vitest: Vitest,
  files: readonly string[],
  isUi = false,
): Promise<SignalCode | null> {
  const interruption = endOnSignals(vitest, isUi)
  try {
    await vitest.standalone()
    await vitest.runTestSpecifications([...specificationsOf(vitest, files)], true)
    if (isUi) await new Promise<void>((resolveClosed) => vitest.onClose(resolveClosed))
  } finally {
    await vitest.close()
  }
  return interruption.exitCode
}
