import { UserError } from '../user-error.ts'

/**
 * The servers that a run needs are unavailable, or the settings that name them are wrong. The message says what
 * is wrong, where, and what to do, and holds no password. Exit code 2.
 */
export class EnvironmentError extends UserError {
  override readonly name = 'EnvironmentError'
}
