import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Disturbable } from '../../load/faults/fault-targets.ts'
import { programBeside } from '../../program-beside.ts'
import type { Backends, ServerBackends } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { ProxiedServer, ProxyAnswer, ProxyCall } from './proxy-messages.ts'
import { routedBackends, targetsOf } from './routed-backends.ts'

/** A call without its number, which sending assigns. */
type Call<C = ProxyCall> = C extends ProxyCall ? Omit<C, 'call'> : never

/** How long the process of the proxies may take to start, or to answer a call. */
const ANSWER_WITHIN_MS = 10_000

/** The connections between a load's clients and the servers, which faults can cut and slow. */
export interface Network {
  readonly redis: Disturbable
  readonly nats: Disturbable
  /** The servers as clients reach them by this network. */
  readonly backends: ServerBackends
  /** Ends the proxies, and so all connections. Idempotent. */
  close(): Promise<void>
}

/**
 * Puts a proxy in front of every server, in a process of their own. They add to every request's time, some tens of
 * µs per direction, which is part of what is measured.
 * @throws EnvironmentError without real servers, or if they take TLS connections only.
 */
export async function openNetwork(backends: Backends): Promise<Network> {
  if (backends.kind === 'memory') {
    throw new EnvironmentError(
      'network: there are no connections to cut or slow, because no real server is measured. Choose one with --backend programs, containers or cluster.',
    )
  }
  const targets = targetsOf(backends)
  const process = new ProxyProcess()
  try {
    const redis = await process.open('redis', targets.redis)
    const nats = await process.open('nats', targets.nats)
    return {
      redis: disturbable(process, 'redis', 'network to Redis'),
      nats: disturbable(process, 'nats', 'network to NATS'),
      backends: routedBackends(backends, { redis, nats }),
      close: () => process.close(),
    }
  } catch (error) {
    await process.close()
    throw error
  }
}

function disturbable(process: ProxyProcess, server: ProxiedServer, label: string): Disturbable {
  return {
    label,
    cut: () => process.call({ kind: 'cut', server }),
    slow: (delayMs) => process.call({ kind: 'slow', server, delayMs }),
    mend: () => process.call({ kind: 'mend', server }),
  }
}

/** The process that the proxies run in. */
class ProxyProcess {
  readonly #child: ChildProcess = fork(programBeside('proxy-process.ts', import.meta.url), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  readonly #waiting = new Map<number, PromiseWithResolvers<ProxyAnswer>>()
  #calls = 0

  constructor() {
    this.#child.on('message', (answer: ProxyAnswer) =>
      this.#waiting.get(answer.call)?.resolve(answer),
    )
    this.#child.on('exit', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('they have ended'))
    })
  }

  async open(
    server: ProxiedServer,
    targets: readonly { readonly host: string; readonly port: number }[],
  ): Promise<readonly number[]> {
    const answer = await this.#ask({ kind: 'open', server, targets })
    if (answer.kind !== 'opened') throw new EnvironmentError('network: the proxies did not open.')
    return answer.ports
  }

  async call(call: Call): Promise<void> {
    await this.#ask(call)
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    else this.#child.kill('SIGKILL')
    await exit
  }

  async #ask(call: Call): Promise<ProxyAnswer> {
    const number = ++this.#calls
    const waiting = Promise.withResolvers<ProxyAnswer>()
    this.#waiting.set(number, waiting)
    const late = new Error(`they did not answer within ${ANSWER_WITHIN_MS / 1_000} s`)
    const timer = setTimeout(() => waiting.reject(late), ANSWER_WITHIN_MS)
    try {
      this.#child.send({ ...call, call: number }, (error) => error && waiting.reject(error))
      const answer = await waiting.promise
      if (answer.kind === 'failed') throw new Error(answer.message)
      return answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new EnvironmentError(`network: the proxies failed: ${reason}.`, { cause: error })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(number)
    }
  }
}
