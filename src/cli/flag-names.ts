import { UserError } from '../user-error.ts'

/**
 * Reads settings that flags hand on by environment variables; what is wrong with one is named as whoever
 * made the mistake wrote it.
 * @param flags by variable; without those that were not given.
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
