import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../load/input-error.ts'
import { HistoryError } from '../results/history-file.ts'
import { MergeError } from '../results/one-load.ts'
import { EXIT } from '../results/outcome.ts'
import { printableLines } from '../results/printable.ts'
import { RunFileError } from '../results/read-run-file.ts'
import { ResultsFolderError } from '../results/results-folder.ts'

/** Whether an error is one that its user can do something about: its message is all that is shown. */
export function isForUser(error: unknown): error is Error {
  return (
    error instanceof InputError ||
    error instanceof EnvironmentError ||
    error instanceof HistoryError ||
    error instanceof ResultsFolderError ||
    error instanceof RunFileError ||
    error instanceof MergeError
  )
}

/**
 * Runs a command and sets the process's exit code to what it gives; to `EXIT.broken`, or
 * `EXIT.notComparable` for files that don't belong together, with the message alone, for an error that
 * the user can do something about.
 */
export async function runForUser(command: () => Promise<number>): Promise<void> {
  process.stdout.on('error', ignoreClosedPipe)
  try {
    process.exitCode = await command()
  } catch (error) {
    if (!isForUser(error)) throw error
    process.stderr.write(`${printableLines(error.message)}\n`)
    process.exitCode = error instanceof MergeError ? EXIT.notComparable : EXIT.broken
  }
}

/** Whoever was reading has gone, as `head` does: what is measured goes into its files all the same. */
function ignoreClosedPipe(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error
}
