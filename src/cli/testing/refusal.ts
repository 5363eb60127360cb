import { printableLines } from '../../printable.ts'
import { UserError } from '../../user-error.ts'
import { run } from '../main.ts'
import { SETTINGS } from './command.ts'

/** The outcome of a command that refused its input. */
export interface Refusal {
  readonly exitCode: number
  /** As `runCommand` prints it. */
  readonly stderr: string
}

/**
 * Runs a command in this process, which takes a tenth of the time that a process takes to start: for input that is
 * refused before anything is started.
 * @throws Error for a command that isn't refused, and what it throws if users can't cause it.
 */
export async function refusalOf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Refusal> {
  const before = { ...process.env }
  Object.assign(process.env, SETTINGS, env)
  try {
    const end = await run(args)
    throw new Error(`${args.join(' ')} was not refused, and ended with ${end}`)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { exitCode: error.exitCode, stderr: `${printableLines(error.message)}\n` }
  } finally {
    // Commands pass their flags on by variables.
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
