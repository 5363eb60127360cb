import { fork } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import { EnvironmentError } from '../../environment/environment-error.ts'

/** A process that measures one thing, and sends one message: its result. */
export interface Measurement<T> {
  /** For the error, such as `the pairs of register`. */
  readonly name: string
  /** Path of the module that it runs. */
  readonly program: string
  /** Given to the program as JSON, its only argument. */
  readonly task: object
  readonly result: z.ZodType<T>
  /** A process that takes longer hangs, and is killed. In ms. */
  readonly timeoutMs: number
}

const SHOWN_LINES = 12

/**
 * Makes a measurement in a fresh process.
 * @throws EnvironmentError if the process ends without a result, with the end of its stderr; the
 *   signal's reason if it is aborted.
 */
export async function forkMeasurement<T>(
  { name, program, task, result, timeoutMs }: Measurement<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const child = fork(program, [JSON.stringify(task)], {
    env: { ...process.env, NODE_OPTIONS: '', VITEST: '' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // In a group of its own: a Ctrl-C comes from here, once.
    detached: true,
  })
  const kill = () => child.kill('SIGKILL')
  const timer = setTimeout(kill, timeoutMs)
  signal.addEventListener('abort', kill)
  try {
    let received: unknown
    child.on('message', (message) => {
      received = message
    })
    const ended = new Promise<void>((resolve, reject) => {
      child.once('close', () => resolve())
      child.once('error', reject)
    })
    const [printed] = await Promise.all([child.stderr ? text(child.stderr) : '', ended])
    signal.throwIfAborted()
    const parsed = result.safeParse(received)
    if (parsed.success) return parsed.data
    const last = printed.trim().split('\n').slice(-SHOWN_LINES).join('\n')
    const why = last || `it was killed after ${Math.round(timeoutMs / 1_000)} s`
    throw new EnvironmentError(`The process that measures ${name} ended without a result: ${why}`)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    kill()
  }
}
