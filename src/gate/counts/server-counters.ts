import { setTimeout as sleep } from 'node:timers/promises'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import type { Redis } from 'ioredis'
import { bareNats, bareRedis } from '../../environment/bare-clients.ts'
import type { Repeat } from './operation-counts.ts'

/** The counters' own commands are excluded; all others count, because a version may PING per call. */
const OWN_COMMANDS = /^(info|config)\b/

/** Time for unacknowledged requests to reach the servers, in ms. */
const SETTLE_MS = 20

/** Counts requests to a Redis and a NATS without other users. */
export class ServerCounters {
  readonly #redis: Redis
  readonly #nats: NatsConnection
  #messages = 0
  #bytes = 0

  private constructor(redis: Redis, nats: NatsConnection) {
    this.#redis = redis
    this.#nats = nats
    nats.subscribe('>', {
      callback: (error, message) => {
        if (error !== null) return
        this.#messages += 1
        this.#bytes += message.subject.length + headerLength(message.headers) + message.data.length
      },
    })
  }

  static async open(redisUrl: string, natsUrls: readonly string[]): Promise<ServerCounters> {
    return new ServerCounters(bareRedis(redisUrl), await bareNats(natsUrls))
  }

  /** Counts the requests while `calls` runs. */
  async during(calls: () => Promise<void>): Promise<Repeat> {
    await this.#settle()
    await this.#redis.config('RESETSTAT')
    this.#messages = 0
    this.#bytes = 0
    await calls()
    await this.#settle()
    const redisCalls = readCommandStats(await this.#redis.info('commandstats'))
    return { redisCalls, natsMessages: this.#messages, natsBytes: this.#bytes }
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
    await this.#nats.close()
  }

  /** The server answers a flush after delivering all earlier messages. */
  async #settle(): Promise<void> {
    await sleep(SETTLE_MS)
    await this.#nats.flush()
  }
}

/** Names and values, without the protocol's separators. */
function headerLength(headers: MsgHdrs | undefined): number {
  let length = 0
  for (const [name, values] of headers ?? []) {
    for (const value of values) length += name.length + value.length
  }
  return length
}

/**
 * Parses the reply to `INFO commandstats`.
 * Source: https://redis.io/docs/latest/commands/info, `cmdstat_XXX: calls=XXX,usec=…`.
 */
export function readCommandStats(text: string): Readonly<Record<string, number>> {
  const found: [string, number][] = []
  for (const [, name = '', calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!OWN_COMMANDS.test(name)) found.push([name, Number(calls)])
  }
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
