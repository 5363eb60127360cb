import { UserError } from '../user-error.ts'

/**
 * Reads settings that flags pass on as environment variables. Errors name the flag where it was typed.
 * @param flags the given flags, by variable.
 * @throws UserError
 */
export function withFlagNames<T>(flags: Readonly<Record<string, string>>, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const message = Object.entries(flags).reduce(
      (text, [variable, flag]) => text.replaceAll(variable, flag),
      error.message,
    )
    throw new UserError(message, { cause: error, exitCode: error.exitCode })
  }
}
