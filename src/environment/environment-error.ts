import { UserError } from '../user-error.ts'

/**
 * The servers that a run needs are unavailable, or the settings that name them are wrong. The message
 * holds no password.
 */
export class EnvironmentError extends UserError {
  override readonly name = 'EnvironmentError'
}
