import { fork } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import { EnvironmentError } from '../../environment/environment-error.ts'

/** Holds a task. Other users can read a process's arguments, but not its environment; URLs may hold passwords. */
const TASK_VARIABLE = 'GATE_TASK'

/**
 * The task of this process, not yet checked.
 * @throws SyntaxError without one.
 */
export function taskOfProcess(): unknown {
  return JSON.parse(process.env[TASK_VARIABLE] ?? '')
}

/** A process that makes one measurement and sends the result as its only message. */
export interface Measurement<T> {
  /** For error messages, such as `the pairs of register`. */
  readonly name: string
  /** The module to run. */
  readonly program: URL
  /** The program reads it by `taskOfProcess`. */
  readonly task: object
  /** A folder in which processes share compiled code, which halves their start-up time; created if missing. */
  readonly compileCache: string
  readonly result: z.ZodType<T>
  /** A process that takes longer is killed. In ms. */
  readonly timeoutMs: number
}

const SHOWN_LINES = 12

/**
 * Makes a measurement in a fresh process.
 * @throws EnvironmentError if the process ends without a valid result; the message has its exit code or
 *   signal and the end of its stderr. The signal's reason if it is aborted.
 */
export async function forkMeasurement<T>(
  { name, program, task, compileCache, result, timeoutMs }: Measurement<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const env = {
    ...process.env,
    [TASK_VARIABLE]: JSON.stringify(task),
    NODE_COMPILE_CACHE: compileCache,
  }
  const child = fork(program, {
    env: { ...env, NODE_OPTIONS: '', VITEST: '' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // In its own process group, so that Ctrl-C reaches it once: from here.
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
    const what = received === undefined ? 'without a result' : 'with an invalid result'
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

/**
 * Turns a process that died into an ending.
 * @throws what else `measure` throws; the signal's reason if it is aborted.
 */
export async function endingOf<T, D>(
  measure: () => Promise<T>,
  died: (error: string) => D,
  signal: AbortSignal,
): Promise<T | D> {
  try {
    return await measure()
  } catch (error) {
    if (signal.aborted || !(error instanceof EnvironmentError)) throw error
    return died(error.message)
  }
}

/** Where processes that measure a version share compiled code; removed with the version. */
export function compileCacheOf(folder: string): string {
  return join(folder, '.compile-cache')
}
