import { EXIT, type ExitCode } from '../exit-code.ts'
import { printableLines } from '../printable.ts'
import { UserError } from '../user-error.ts'
import { watchOutput } from './output.ts'
import { SIGNAL_CODES, type SignalCode } from './signals.ts'
import { watchParent } from './watch-parent.ts'

/** How a command can end. Only what was judged is `EXIT.failed`. */
export type CommandEnd = ExitCode | SignalCode

/** A command that has ended may finish what is under way for this long: sockets, output, timers. */
const LINGER_MS = 2_000

/** Set to anything, it has errors that nobody foresaw printed with their stacks. */
const STACK_VARIABLE = 'BENCH_STACK'

/**
 * Runs a command, and sees to it that the process ends with the exit code that the command gave, and
 * with `EXIT.broken` and one line whatever else ends it: an error at any time and place, a library that
 * exits or sets an exit code of its own, a wait that never ends, output that is lost.
 */
export async function runCommand(command: () => Promise<CommandEnd>): Promise<void> {
  watchParent(process.env)
  const output = watchOutput()
  let end: CommandEnd | null = null
  // Registered before any library's own, which would print a stack and exit with 1.
  const fail = (error: unknown): never => {
    end = EXIT.broken
    complain(unforeseen(error))
    process.exit(EXIT.broken)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  process.on('beforeExit', () => {
    // Nothing is left that could end the command. Node itself would exit with 13, and more lines.
    if (end === null) process.exit()
  })
  process.on('exit', (code) => {
    const { problem } = output
    if (end === null) end = endOfCode(code)
    if (problem !== null && !isSignalCode(end)) {
      end = EXIT.broken
      complain(problem)
    }
    process.exitCode = end
  })
  try {
    end = await command()
    // For those who look before the process ends.
    process.exitCode = end
  } catch (error) {
    if (!(error instanceof UserError)) return fail(error)
    end = error.exitCode
    complain(printableLines(error.message))
  }
  exitAfterLingering()
}

/** Whatever a library left open, such as a connection that is never answered, must not keep the process. */
function exitAfterLingering(): void {
  setInterval(() => {
    const isWritten = process.stdout.writableLength + process.stderr.writableLength === 0
    // A reader that is merely slow gets all of it.
    if (isWritten) process.exit()
  }, LINGER_MS).unref()
}

/** What an exit before the command's end means. Whoever exits with 2 has said why. */
function endOfCode(code: number): CommandEnd {
  if (isSignalCode(code)) return code
  if (code !== EXIT.broken) complain('The command ended before it was done.')
  return EXIT.broken
}

function isSignalCode(code: number): code is SignalCode {
  return Object.values<number>(SIGNAL_CODES).includes(code)
}

/** One line: what went wrong, and how to see where. */
function unforeseen(error: unknown): string {
  const isError = error instanceof Error
  if (isError && process.env[STACK_VARIABLE]) return error.stack ?? error.message
  const message = (isError ? `${error.name}: ${error.message}` : String(error)).trim()
  return `Unexpected ${message.replaceAll(/\s+/g, ' ').slice(0, 500)} (${STACK_VARIABLE}=1 shows where)`
}

function complain(message: string): void {
  process.stderr.write(`${message}\n`)
}
