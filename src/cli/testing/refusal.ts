import { vi } from 'vitest'
import { printableLines } from '../../printable.ts'
import { SIGNALS } from '../../process/signals.ts'
import { UserError } from '../../user-error.ts'
import { run } from '../main.ts'
import { SETTINGS } from './command.ts'

/** The outcome of a command that refused its input. */
export interface Refusal {
  readonly exitCode: number
  /** What the command printed before it refused, then the reason as `runCommand` prints it. */
  readonly stderr: string
}

/**
 * Runs a command in this process, which takes a tenth of the time that a process takes to start: for input that is
 * refused before anything is started.
 * @param cwd the working folder. Default: this process's.
 * @throws Error for a command that isn't refused, and what it throws if users can't cause it.
 */
export async function refusalOf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = process.cwd(),
): Promise<Refusal> {
  const before = { env: { ...process.env }, cwd: process.cwd() }
  const listeners = SIGNALS.map((name) => [name, process.listeners(name)] as const)
  Object.assign(process.env, SETTINGS, env)
  process.chdir(cwd)
  let printed = ''
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    printed += String(chunk)
    return true
  })
  try {
    const end = await run(args)
    throw new Error(`${args.join(' ')} was not refused, and ended with ${end}`)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { exitCode: error.exitCode, stderr: `${printed}${printableLines(error.message)}\n` }
  } finally {
    write.mockRestore()
    process.chdir(before.cwd)
    // Commands pass their flags on by variables.
    for (const name of Object.keys(process.env)) delete process.env[name]
    Object.assign(process.env, before.env)
    // Commands replace the listeners of signals, and these would outlive them.
    for (const [name, earlier] of listeners) {
      process.removeAllListeners(name)
      for (const listener of earlier) process.on(name, listener)
    }
  }
}
