import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Disturbable } from '../../load/faults/fault-targets.ts'
import { programBeside } from '../../program-beside.ts'
import type { Backends } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { ProxiedServer, ProxyAnswer, ProxyCall } from './proxy-messages.ts'
import { announcedNodes } from './announced-nodes.ts'
import { routedServers, targetsOf, type RoutedServers } from './routed-backends.ts'

/** A call without its number, which sending assigns. */
type Call<C = ProxyCall> = C extends ProxyCall ? Omit<C, 'call'> : never

/** How long the process of the proxies may take to start, or to answer a call. */
const ANSWER_WITHIN_MS = 10_000

/** The connections between a load's clients and the servers, which faults can cut and slow. */
export interface Network extends RoutedServers {
  readonly redis: Disturbable
  readonly nats: Disturbable
  /** Ends the proxies, and so all connections. Idempotent. */
  close(): Promise<void>
}

/**
 * Puts a proxy in front of every server, in a process of their own. They add to every request's time, some tens of
 * µs per direction, which is part of what is measured.
 * @throws EnvironmentError without real servers, or if they are reached by TLS or Sentinel.
 */
export async function openNetwork(backends: Backends): Promise<Network> {
  if (backends.kind === 'memory') {
    throw new EnvironmentError(
      'network: there are no connections to cut or slow, because no real server is measured. Choose one with --backend programs, containers or cluster.',
    )
  }
  const targets = targetsOf(backends, await announcedNodes(backends))
  const process = new ProxyProcess()
  try {
    const redis = await process.open('redis', targets.redis)
    const nats = await process.open('nats', targets.nats)
    return {
      redis: disturbable(process, 'redis', 'network to Redis'),
      nats: disturbable(process, 'nats', 'network to NATS'),
      ...routedServers(backends, targets, { redis, nats }),
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
    isOfShard: true,
    cut: () => process.disturb({ kind: 'cut', server }),
    slow: (delayMs) => process.disturb({ kind: 'slow', server, delayMs }),
    mend: () => process.disturb({ kind: 'mend', server }),
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

  /** @throws EnvironmentError if there is nothing to disturb. */
  async disturb(call: Call): Promise<void> {
    const { kind } = await this.#ask(call)
    if (kind !== 'unused') return
    const server = call.server === 'redis' ? 'Redis' : 'NATS'
    throw new EnvironmentError(
      `network: nothing has connected to ${server} by the proxies, so there is no connection to disturb. Use the fixtures registry, gateway or subscribers of the test that takes network: they connect by the proxies.`,
    )
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
