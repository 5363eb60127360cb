import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../input-error.ts'
import { HistoryError } from '../run-file/history/history-file.ts'
import { MergeError } from '../run-file/merge/one-load.ts'
import { EXIT, type ExitCode } from '../run-file/outcome.ts'
import { printableLines } from '../printable.ts'
import { RunFileError } from '../run-file/read/read-run-file.ts'
import { ResultsFolderError } from '../run-file/results-folder.ts'

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
 * What the user is told of an error that they can do something about, and the exit code:
 * `EXIT.broken`, or `EXIT.notComparable` for files that don't belong together. `null` for any other.
 */
export function complaintOf(
  error: unknown,
): { readonly message: string; readonly exitCode: ExitCode } | null {
  if (!isForUser(error)) return null
  const exitCode = error instanceof MergeError ? EXIT.notComparable : EXIT.broken
  return { message: printableLines(error.message), exitCode }
}
