import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Ran } from './judge-output.ts'

export interface RunOptions {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Ends the command, and what it started. */
  readonly signal: AbortSignal
  /** Ended when it has printed this: for what goes on until it is ended. Its exit code is 0 then. */
  readonly until?: RegExp
  readonly timeoutMs: number
}

/** Runs a command by bash, without a terminal or anything to read. */
export async function runCommand(
  command: string,
  { folder, env, signal, until, timeoutMs }: RunOptions,
): Promise<Ran> {
  signal.throwIfAborted()
  // A process group of its own, so that a pipeline can be ended as a whole.
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  let isSeen = false
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  ending.addEventListener('abort', end)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (until === undefined || isSeen || !until.test(printed)) return
      isSeen = true
      end()
    })
  }
  const [exitCode] = (await once(child, 'close')) as [number | null]
  ending.removeEventListener('abort', end)
  if (ending.aborted && !signal.aborted) printed += `\nended after ${timeoutMs / 1_000} s\n`
  return { printed, exitCode: isSeen ? 0 : (exitCode ?? 1) }
}
