import { fork } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { taskEnvironment } from './process-task.ts'

/** A process that measures one thing, and sends one message: its result. */
export interface Measurement<T> {
  /** For the error, such as `the pairs of register`. */
  readonly name: string
  /** The module that it runs. */
  readonly program: URL
  /** Given to the program, which reads it by `taskOfProcess`. */
  readonly task: object
  /** A folder, made if need be, in which processes share compiled code: they start in half the time. */
  readonly compileCache: string
  readonly result: z.ZodType<T>
  /** A process that takes longer hangs, and is killed. In ms. */
  readonly timeoutMs: number
}

const SHOWN_LINES = 12

/**
 * Makes a measurement in a fresh process.
 * @throws EnvironmentError if the process ends without a valid result, with its exit code or signal and
 *   the end of its stderr; the signal's reason if it is aborted.
 */
export async function forkMeasurement<T>(
  { name, program, task, compileCache, result, timeoutMs }: Measurement<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const env = { ...process.env, ...taskEnvironment(task), NODE_COMPILE_CACHE: compileCache }
  const child = fork(program, {
    env: { ...env, NODE_OPTIONS: '', VITEST: '' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // In a group of its own: a Ctrl-C comes from here, once.
    detached: true,
  })
  let isTimedOut = false
  const kill = () => child.kill('SIGKILL')
  const timer = setTimeout(() => {
    isTimedOut = true
    kill()
  }, timeoutMs)
  signal.addEventListener('abort', kill)
  try {
    let received: unknown
    child.on('message', (message) => {
      received = message
    })
    const ended = new Promise<string>((resolve, reject) => {
      child.once('close', (code, signalName) => resolve(signalName ?? `exit code ${code}`))
      child.once('error', reject)
    })
    const [printed, end] = await Promise.all([child.stderr ? text(child.stderr) : '', ended])
    signal.throwIfAborted()
    const parsed = result.safeParse(received)
    if (parsed.success) return parsed.data
    const why = isTimedOut ? `killed after ${Math.round(timeoutMs / 1_000)} s` : end
    const what = received === undefined ? 'without a result' : 'with a result that is not valid'
    const last = printed.trim().split('\n').slice(-SHOWN_LINES).join('\n')
    throw new EnvironmentError(
      `The process that measures ${name} ended ${what} (${why})${last && `: ${last}`}`,
    )
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    kill()
  }
}

/** Where processes that measure a version share compiled code: it goes when the version does. */
export function compileCacheOf(folder: string): string {
  return join(folder, '.compile-cache')
}
