import { RegistryError } from '../errors.ts'
import { commandsIn } from './catalogue.ts'
import { functionLibrary } from './functions.ts'

/** Before 7.2, Redis says where a script failed for lack of permission, but not at which command. */
const DENIED = /can't run this command|can't access at least one of the keys|ACL failure/
const KEYS_DENIED = /access at least one of the keys|access one of the keys|access the '.*' key/
const PLACE = /@user_(script|function):(\d+)/

/**
 * Names the right that the user of a connection lacks, as a sentence with a space before it; `''` if the message is about something else.
 * @param message Redis's.
 * @param keys the keys of the command or script.
 * @param script the script that failed.
 */
export function missingRight(
  message: string,
  keys: readonly string[],
  script: string | undefined,
): string {
  const isCommand = message.startsWith('NOPERM')
  if (!isCommand && !DENIED.test(message)) return ''
  const command = /the '([^']+)' command/.exec(message)?.[1]
  const commands = command === undefined ? commandsAt(message, script) : [command]
  const lacks = [
    ...(commands.length > 0 && !(isCommand && KEYS_DENIED.test(message))
      ? [commands.map((each) => `+${each}`).join(' or ')]
      : []),
    ...(KEYS_DENIED.test(message) && keys.length > 0
      ? [`access to ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''}`]
      : []),
  ]
  if (lacks.length === 0) return ''
  return `. The user lacks ${lacks.join(' on a key, or ')}; \`prism-loadtest access\` prints what each role needs`
}

/** The commands in the line where a script failed; those that it tries, if it passed an error on. */
function commandsAt(message: string, script: string | undefined): readonly string[] {
  const [, kind, line] = PLACE.exec(message) ?? []
  if (line === undefined) return commandsIn((script ?? '').replaceAll(/\bcall\(/g, ''))
  const text = kind === 'function' ? functionLibrary() : script
  return commandsIn(text?.split('\n')[Number(line) - 1] ?? '')
}

/** Whether Redis says that the user lacks a right. */
export function isDenial(message: string): boolean {
  return message.includes('NOPERM') || DENIED.test(message)
}

/** Whether a call failed because the user of the connection lacks permission. */
export function isForbidden(error: unknown): error is RegistryError {
  return error instanceof RegistryError && isDenial(error.message)
}
