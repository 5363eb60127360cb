import { EXIT, type ExitCode } from '../exit-code.ts'
import { printableLines } from '../printable.ts'
import { UserError } from '../user-error.ts'
import { watchOutput } from './output.ts'
import { keepEnvironmentOutOfReports } from './private-reports.ts'
import { isSignalCode, type SignalCode } from './signals.ts'
import { watchParent } from './watch-parent.ts'

/** How a command can end. Only a judgement is `EXIT.failed`. */
export type CommandEnd = ExitCode | SignalCode

/** How long sockets, output and timers may outlast a command, in ms. */
const LINGER_MS = 2_000

/** If set, unexpected errors are printed with their stacks. */
const STACK_VARIABLE = 'BENCH_STACK'

/**
 * Runs a command and ends the process with the command's exit code. Anything else that ends the process
 * ends it with `EXIT.broken` and one line: an error at any time and place, a library that exits or sets
 * an exit code, a wait that never ends, lost output.
 */
export async function runCommand(command: () => Promise<CommandEnd>): Promise<void> {
  keepEnvironmentOutOfReports()
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
    // Nothing can end the command any more. Node itself would exit with 13, and print more lines.
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
    // For code that looks before the process ends.
    process.exitCode = end
  } catch (error) {
    if (!(error instanceof UserError)) return fail(error)
    end = error.exitCode
    complain(printableLines(error.message))
  }
  exitAfterLingering()
}

/** Ends the process in spite of connections and timers that a library left open. */
function exitAfterLingering(): void {
  setInterval(() => {
    const isWritten = process.stdout.writableLength + process.stderr.writableLength === 0
    // A slow reader gets all output.
    if (isWritten) process.exit()
  }, LINGER_MS).unref()
}

/** The end of a command that exited early. Code that exits with 2 has printed why. */
function endOfCode(code: number): CommandEnd {
  if (isSignalCode(code)) return code
  if (code !== EXIT.broken) complain('The command ended before it was done.')
  return EXIT.broken
}

/** A package that the user's project lacks, in Node's words. */
const MISSING_PACKAGE = /^Cannot find package '([^']+)'/

/** One line: what went wrong, and how to see where. */
function unforeseen(error: unknown): string {
  const isError = error instanceof Error
  if (isError && process.env[STACK_VARIABLE]) return error.stack ?? error.message
  const [, missing] = (isError && MISSING_PACKAGE.exec(error.message)) || []
  if (missing !== undefined)
    return `Install the package ${missing}: npm install --save-dev ${missing}`
  const message = (isError ? `${error.name}: ${error.message}` : String(error)).trim()
  return `Unexpected ${message.replaceAll(/\s+/g, ' ').slice(0, 500)} (${STACK_VARIABLE}=1 shows where)`
}

function complain(message: string): void {
  process.stderr.write(`${message}\n`)
}
