import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../load/input-error.ts'
import { ResultsFolderError } from '../results/results-folder.ts'

/** Whether an error is one that its user can do something about: its message is all that is shown. */
export function isForUser(error: unknown): error is Error {
  return (
    error instanceof InputError ||
    error instanceof EnvironmentError ||
    error instanceof ResultsFolderError
  )
}
