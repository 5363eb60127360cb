import type { Vitest } from 'vitest/node'

/**
 * The first signal ends the run in order: the load stops, its figures are kept, the servers are
 * ended. A second one ends the process at once.
 */
export function endOnSignals(vitest: Vitest, isUi = false): { exitCode: number | undefined } {
  const interruption: { exitCode: number | undefined } = { exitCode: undefined }
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.removeAllListeners(signal)
    process.on(signal, () => {
      if (interruption.exitCode !== undefined) process.exit(exitCode)
      interruption.exitCode = exitCode
      process.stderr.write(`\n${signal}: ending the run; once more to leave at once\n`)
      vitest
        .cancelCurrentRun('keyboard-input')
        // A run ends by itself once it is cancelled; the UI waits for the next one.
        .then(() => (isUi ? vitest.close() : undefined))
        .catch(() => process.exit(exitCode))
    })
  }
  return interruption
}
