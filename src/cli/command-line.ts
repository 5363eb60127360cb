import { Command, CommanderError, type Help, type OutputConfiguration } from 'commander'
import { InputError } from '../input-error.ts'
import { redactUrls } from '../environment/redact-url.ts'
import { EXIT } from '../exit-code.ts'
import { runCommand, type CommandEnd } from '../process/run-command.ts'

/** Called with the action's exit code. */
export type OnEnd = (end: CommandEnd) => void

/** Gives a command its arguments, options, help and action. */
export type Define = (command: Command, end: OnEnd) => void

/** How users type a command: `path` holds the names of sub-commands, `args` the rest. */
export type Typed = (path: readonly string[], args: string) => string

/** `runCommand` prints the error in one line. */
const OUTPUT: OutputConfiguration = { writeErr: () => {}, outputError: () => {} }

/**
 * Reads the arguments and runs the action they ask for; `--help` prints the help and runs none.
 * @returns the action's exit code.
 * @throws InputError for arguments that the command doesn't take, with the nearest valid name and the
 *   command for help.
 */
export async function runCommandLine(
  typed: Typed,
  define: (command: Command, end: OnEnd) => void | Promise<void>,
  args: readonly string[],
): Promise<CommandEnd> {
  let code: CommandEnd = EXIT.good
  const program = newProgram(typed)
  await define(program, (end) => {
    code = end
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === EXIT.good) return EXIT.good
    throw new InputError(`${complaint(error)} See ${typed(askedPath(program, args), '--help')}.`)
  }
  return code
}

/** Runs a command of this repository that is an npm script of its own, such as `test:faults`. */
export function runTool(script: string, define: Define): Promise<void> {
  const typed: Typed = (_, args) => toolCommand(script, args)
  return runCommand(() => runCommandLine(typed, define, process.argv.slice(2)))
}

/** An npm script as users of this repository type it. */
export function toolCommand(script: string, args = ''): string {
  return `npm run ${script}${args === '' ? '' : ` -- ${args}`}`
}

/** A program without arguments and options, whose sub-commands inherit its settings. */
export function newProgram(typed: Typed): Command {
  return new Command()
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .configureOutput(OUTPUT)
    .configureHelp({
      commandUsage: (command) => typed(pathOf(command), command.usage()),
      optionDescription: ({ description, defaultValue, defaultValueDescription }) =>
        withDefault(description, defaultValueDescription ?? defaultValue),
      argumentDescription: ({ description, defaultValue, defaultValueDescription }) =>
        withDefault(description, defaultValueDescription ?? defaultValue),
    } satisfies Partial<Help>)
    .exitOverride()
}

/** The names of a sub-command and those above it, without the program's own. */
function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()]
}

/** The sub-command that the arguments name. */
function askedPath(command: Command, [first, ...others]: readonly string[]): readonly string[] {
  const asked = command.commands.find((sub) => sub.name() === first)
  return asked === undefined ? pathOf(command) : askedPath(asked, others)
}

function withDefault(description: string, byDefault: unknown): string {
  const isShown = typeof byDefault === 'string' || typeof byDefault === 'number'
  return isShown ? `${description} (default: ${byDefault})` : description
}

function complaint({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'Name a command.'
  // It repeats what was typed, such as `--nats-password=…`, a flag that doesn't exist.
  const withoutValue = message.replace(/^error: (unknown option '[^'=]*)=[^]*'/, "$1'")
  const text = redactUrls(withoutValue)
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  const ended = /[.?!)]$/.test(text) ? text : `${text}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}
