import { createHash } from 'node:crypto'
import { Cluster, Command, type Redis } from 'ioredis'
import { RegistryError } from '../errors.ts'
import type { RedisConnection } from './connection.ts'
import { functionOf } from './functions.ts'
import { isRefused } from './quota-replies.ts'
import { ReplicaWait } from './replica-wait.ts'
import type { WaitForReplicas } from './replica-wait-options.ts'

/** How often a write follows its namespace to another node of a cluster. */
const MAX_MOVES = 3

/** Replies of scripts that changed nothing. */
const REFUSALS: ReadonlySet<unknown> = new Set(['ALREADY_EXISTS', 'QUOTA_EXCEEDED', 'NOT_FOUND'])

/**
 * Runs scripts that write, and acknowledges them once replicas have their effect. It has a connection of its own,
 * because waiting blocks it; reads go on meanwhile.
 *
 * On a cluster it chooses the node itself instead of letting the client follow redirections: WAIT counts only at the node, and by the
 * connection, that wrote.
 */
export class ReplicatedWrites {
  readonly #connection: RedisConnection
  readonly #options: Required<WaitForReplicas>
  /** The hash slot of the namespace. */
  readonly #slot: number
  readonly #waits = new WeakMap<Redis, ReplicaWait>()
  readonly #digests = new Map<string, string>()

  /**
   * @param connection which nothing else uses.
   * @param key any key of the namespace.
   */
  constructor(connection: RedisConnection, key: string, options: Required<WaitForReplicas>) {
    this.#connection = connection
    this.#slot = new Command('exists', [key]).getSlot() ?? 0
    this.#options = options
  }

  /** @throws RegistryError `UNAVAILABLE`, which says whether the write took effect. */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const end = this.#connection.begin(this.#connection.usesFunctions ? 'FCALL' : 'EVALSHA', script)
    try {
      const reply = await this.#write(script, keys, args)
      end?.(null)
      return reply
    } catch (error) {
      end?.(error instanceof RegistryError ? error.code : 'UNAVAILABLE')
      throw error
    }
  }

  async #write(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    for (let moves = 0; ; moves += 1) {
      const server = this.#server(keys)
      const wait = this.#waitAt(server)
      const { losses } = wait
      let reply: unknown
      try {
        reply = await this.#evaluate(server, script, keys, args)
      } catch (error) {
        if (moves === MAX_MOVES || !String(error).includes('MOVED ')) {
          throw this.#connection.failure(error, keys, script)
        }
        await this.#refreshSlots()
        continue
      }
      if (!REFUSALS.has(reply) && !isRefused(reply)) await wait.confirm(losses)
      return reply
    }
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  /** The server that holds the namespace. */
  #server(keys: readonly string[]): Redis {
    const { client } = this.#connection
    if (!(client instanceof Cluster)) return client
    const name = client.slots[this.#slot]?.[0]
    const server = client
      .nodes('master')
      .find(({ options: { host, port } }) => `${host}:${port}` === name)
    // The client would keep commands for a node while it connects to it.
    if (server && (server.status === 'ready' || server.status === 'wait')) return server
    client.refreshSlotsCache()
    throw this.#connection.failure(
      new Error(`no connection to the node of ${keys[0] ?? 'the namespace'}`),
    )
  }

  #waitAt(server: Redis): ReplicaWait {
    const wait = this.#waits.get(server) ?? new ReplicaWait(server, this.#options)
    this.#waits.set(server, wait)
    return wait
  }

  async #evaluate(
    server: Redis,
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    if (this.#connection.usesFunctions) {
      return server.fcall(functionOf(script) ?? '', keys.length, ...keys, ...args)
    }
    const digest = this.#digests.get(script) ?? createHash('sha1').update(script).digest('hex')
    this.#digests.set(script, digest)
    try {
      return await server.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error
      return server.eval(script, keys.length, ...keys, ...args)
    }
  }

  #refreshSlots(): Promise<void> {
    const { client } = this.#connection
    return new Promise((resolve) => {
      if (client instanceof Cluster) client.refreshSlotsCache(() => resolve())
      else resolve()
    })
  }
}
