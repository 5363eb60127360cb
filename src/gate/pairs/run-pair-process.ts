import { fork } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { pairEndingSchema, type PairEnding } from './pair-estimate.ts'
import type { PairTask } from './pair-task.ts'

const PROGRAM = join(import.meta.dirname, 'pair-process.ts')

/** A process that takes this much longer than its measurement hangs. */
const PATIENCE_MS = 60_000
const SHOWN_LINES = 12

/**
 * Measures one operation once, in a fresh process.
 * @throws EnvironmentError if the process ends without a measurement: with the end of its stderr; the
 *   signal's reason if it is aborted.
 */
export async function runPairProcess(task: PairTask, signal: AbortSignal): Promise<PairEnding> {
  signal.throwIfAborted()
  const child = fork(PROGRAM, [JSON.stringify(task)], {
    cwd: task.head,
    env: { ...process.env, NODE_OPTIONS: '', VITEST: '' },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A Ctrl-C comes from here, once.
    detached: true,
  })
  const kill = () => child.kill('SIGKILL')
  const { warmUpMs, pairsMs, cpuMs, deferredMs } = task
  const timer = setTimeout(kill, warmUpMs + pairsMs + cpuMs + deferredMs + PATIENCE_MS)
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
    const ending = pairEndingSchema.safeParse(received)
    if (ending.success) return ending.data
    const last = printed.trim().split('\n').slice(-SHOWN_LINES).join('\n')
    throw new EnvironmentError(
      `The process that measures ${task.operation} ended without a result: ${last || 'it hung, or was killed'}`,
    )
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    kill()
  }
}
