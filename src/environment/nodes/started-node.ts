import { setTimeout as sleep } from 'node:timers/promises'
import { EnvironmentError } from '../environment-error.ts'
import type { ServerNode } from '../backends.ts'
import type { NodeAction } from './node-order.ts'
import type { NodeProcess } from './node-process.ts'
import type { Partition } from './partition.ts'
import { setPersistence } from './redis-persistence.ts'

/** A server that doesn't end by itself within this time, in ms, is killed. */
const END_TIMEOUT_MS = 5_000
/** NATS closes its clients' connections one after the other, one per second if there are few. */
const DRAIN_TIMEOUT_MS = 30_000

/**
 * A server of this run that can be broken and restored. Its actions run one after the other. They are
 * idempotent: a node that is down can be killed, a node that runs can be resumed.
 */
export class StartedNode {
  readonly #process: NodeProcess
  readonly #separate: () => Promise<Partition>
  #state: 'running' | 'paused' | 'draining' | 'down' = 'running'
  #isPersistent = false
  #partition: Partition | null = null
  #last: Promise<unknown> = Promise.resolve()

  /** @param separate cuts its connections to the other nodes; rejects if that is impossible. Default: there are none. */
  constructor(process: NodeProcess, separate?: () => Promise<Partition>) {
    this.#process = process
    this.#separate =
      separate ??
      (async () =>
        Promise.reject(
          this.#impossible(
            "can't be separated from other nodes: that takes a cluster of local programs",
          ),
        ))
  }

  get node(): ServerNode {
    return this.#process.node
  }

  /** @throws EnvironmentError that says why it is impossible. */
  act(action: NodeAction, data: 'kept' | 'lost'): Promise<void> {
    return this.#inTurn(() => this.#act(action, data))
  }

  /**
   * Makes a Redis write to disk, so that its data outlives it; NATS' JetStream always does.
   * @throws EnvironmentError
   */
  persist(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.node.server !== 'redis' || this.#isPersistent) return
      await setPersistence(this.node.address, true)
      this.#isPersistent = true
    })
  }

  /**
   * Starts it if it is down, continues it if it is paused, reconnects it.
   * @throws EnvironmentError
   */
  restore(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#rejoin()
      if (this.#state !== 'down' && (await this.#process.hasEnded())) this.#state = 'down'
      if (this.#state === 'paused') await this.#resume()
      if (this.#state !== 'running') await this.#restart('kept')
      if (!this.#isPersistent) return
      await setPersistence(this.node.address, false)
      this.#isPersistent = false
    })
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(action)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #act(action: NodeAction, data: 'kept' | 'lost'): Promise<void> {
    switch (action) {
      case 'kill':
        return this.#end('SIGKILL')
      case 'pause':
        if (this.#state === 'down') throw this.#impossible("is down, so it can't be paused")
        await this.#process.signal('SIGSTOP')
        this.#state = 'paused'
        return
      case 'resume':
        return this.#resume()
      case 'restart':
        return this.#restart(data)
      case 'drain':
        return this.#drain()
      case 'partition':
        this.#partition ??= await this.#separate()
        return
      case 'rejoin':
        return this.#rejoin()
    }
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#state === 'down') return
    if (this.#state === 'paused' && signal === 'SIGTERM') await this.#process.signal('SIGCONT')
    // It may have ended by itself, as a drained or a crashed one does.
    if (!(await this.#process.hasEnded())) await this.#process.signal(signal)
    if (signal === 'SIGTERM' && !(await this.#endsWithin(END_TIMEOUT_MS))) {
      await this.#process.signal('SIGKILL')
    }
    await this.#process.ended()
    this.#state = 'down'
  }

  async #endsWithin(timeoutMs: number): Promise<boolean> {
    const waiting = new AbortController()
    const ends = this.#process.ended().then(() => true)
    const { signal } = waiting
    const hasEnded = await Promise.race([ends, sleep(timeoutMs, false, { signal })])
    waiting.abort()
    return hasEnded
  }

  async #resume(): Promise<void> {
    if (this.#state !== 'paused') return
    await this.#process.signal('SIGCONT')
    this.#state = 'running'
  }

  async #restart(data: 'kept' | 'lost'): Promise<void> {
    // What is lost needn't be written to disk first.
    await this.#end(data === 'kept' ? 'SIGTERM' : 'SIGKILL')
    if (data === 'lost') await this.#process.erase()
    await this.#process.start(this.#isPersistent)
    this.#state = 'running'
  }

  async #drain(): Promise<void> {
    if (this.node.server !== 'nats') throw this.#impossible("can't be drained: only NATS can")
    if (this.#state !== 'running') throw this.#impossible(`is ${this.#state}`)
    await this.#process.signal('SIGUSR2')
    this.#state = 'draining'
    if (!(await this.#endsWithin(DRAIN_TIMEOUT_MS))) {
      throw this.#impossible(`still has clients after ${DRAIN_TIMEOUT_MS / 1_000} s`)
    }
    this.#state = 'down'
  }

  async #rejoin(): Promise<void> {
    const partition = this.#partition
    this.#partition = null
    await partition?.end()
  }

  #impossible(why: string): EnvironmentError {
    return new EnvironmentError(`${this.node.name} at ${this.node.address} ${why}.`)
  }
}
