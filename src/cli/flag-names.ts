import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../input-error.ts'

/**
 * Reads settings that flags hand on by environment variables; what is wrong with one is named as whoever
 * made the mistake wrote it.
 * @param flags by variable; without those that were not given.
 * @throws InputError, EnvironmentError as `read` does.
 */
export function withFlagNames<T>(flags: Readonly<Record<string, string>>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const message = Object.entries(flags).reduce(
      (text, [variable, flag]) => text.replaceAll(variable, flag),
      error.message,
    )
    if (error instanceof InputError) throw new InputError(message, { cause: error })
    if (error instanceof EnvironmentError) throw new EnvironmentError(message, { cause: error })
    throw error
  }
}
