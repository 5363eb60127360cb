import { UserError } from './user-error.ts'

/** A value in a scenario, a flag or the environment is not valid. The message names it and a valid one. */
export class InputError extends UserError {
  override readonly name = 'InputError'
}
