import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { programBeside } from '../program-beside.ts'
import type { Backends } from '../environment/backends.ts'
import type { Testbed } from './testbed.ts'
import { JoinLog, type JoinReport } from './join-log.ts'
import type { WatcherAnswer, WatcherCall } from './watcher-process.ts'

/** How long to wait for an answer. */
const ANSWER_WITHIN_MS = 10_000

/** A watch of all registrations of a namespace. */
export interface Watcher {
  /** Restarts its health metrics, at the start of the measurement. */
  reset(): void
  /** @throws Error if the process has ended or doesn't answer. */
  report(): Promise<JoinReport>
  close(): void
}

/** Starts a watcher in another process, or in this one for the memory backend. */
export async function startWatcher(backends: Backends, testbed: Testbed): Promise<Watcher> {
  if (backends.kind === 'memory') {
    const log = await JoinLog.start(testbed.registry)
    return { reset: () => log.reset(), report: async () => log.report, close: () => log.close() }
  }
  const program = programBeside('watcher-process.ts', import.meta.url)
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const { redisUrl, natsUrls } = backends
  try {
    await ask(
      child,
      { kind: 'watch', redisUrl, natsUrls, namespace: testbed.namespace },
      'watching',
    )
  } catch (error) {
    child.kill()
    throw error
  }
  return {
    reset: () => child.send({ kind: 'reset' } satisfies WatcherCall),
    report: async () => (await ask(child, { kind: 'report' }, 'report')).report,
    close: () => {
      if (child.connected) child.disconnect()
    },
  }
}

async function ask<K extends WatcherAnswer['kind']>(
  child: ChildProcess,
  call: WatcherCall,
  kind: K,
): Promise<WatcherAnswer & { readonly kind: K }> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
  const answer = once(child, 'message', { signal })
  const ended = once(child, 'exit', { signal })
  ended.catch(() => {})
  if (child.connected) child.send(call)
  const [message]: unknown[] = await Promise.race([
    answer,
    ended.then(() => [{ kind: 'failed', message: 'it has ended' }]),
  ]).catch(() => [{ kind: 'failed', message: `it did not answer within ${ANSWER_WITHIN_MS} ms` }])
  const given = message as WatcherAnswer
  if (given.kind === kind) return given as WatcherAnswer & { readonly kind: K }
  throw new Error(
    `The watcher's process failed: ${given.kind === 'failed' ? given.message : given.kind}`,
  )
}
