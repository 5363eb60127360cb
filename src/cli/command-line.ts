import { Command, CommanderError, type OutputConfiguration } from 'commander'
import { InputError } from '../input-error.ts'
import { EXIT } from '../run-file/outcome.ts'

/** Nothing of what is wrong is printed where it is found: `runForUser` says it, in one line. */
const OUTPUT: OutputConfiguration = { writeErr: () => {}, outputError: () => {} }

/**
 * A command line, to be given its arguments and options.
 * @param name as its users type it, such as `npm run compare --`.
 */
export function commandLine(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .configureOutput(OUTPUT)
    .exitOverride()
}

/**
 * Reads the arguments and runs the action they ask for; `--help` prints the help and runs none.
 * @throws InputError for arguments that the command doesn't take: what is wrong, the nearest thing
 *   there is, and where to read on.
 */
export async function runCommandLine(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === EXIT.good) return
    throw new InputError(`${complaint(error)} See ${nameOf(command, args)} --help.`)
  }
}

/** As its users type it, with the sub-command that they asked for. */
function nameOf(command: Command, [first, ...others]: readonly string[]): string {
  const asked = command.commands.find((sub) => sub.name() === first)
  return asked === undefined ? command.name() : `${command.name()} ${nameOf(asked, others)}`
}

function complaint({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'Name a command.'
  const text = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ')
  const ended = /[.?!)]$/.test(text) ? text : `${text}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}
