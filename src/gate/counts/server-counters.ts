import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectNats, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import type { Repeat } from './operation-counts.ts'

/** The commands that ask for the counts are not counted. All others are: a version may PING per call. */
const OWN_COMMANDS = /^(info|config)\b/

/** Until what was sent without waiting for an answer has reached the servers, in ms. */
const SETTLE_MS = 20

/** Counts what arrives at a Redis and a NATS that nobody else uses. */
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
    const redis = new Redis(redisUrl)
    const nats = await connectNats({ servers: [...natsUrls] })
    return new ServerCounters(redis, nats)
  }

  /** Counts what the servers are asked while `calls` runs. */
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

  /** The server answers a flush after everything that it had for this connection before. */
  async #settle(): Promise<void> {
    await sleep(SETTLE_MS)
    await this.#nats.flush()
  }
}

/** Names and values; the separators are the protocol's. */
function headerLength(headers: MsgHdrs | undefined): number {
  let length = 0
  for (const [name, values] of headers ?? []) {
    for (const value of values) length += name.length + value.length
  }
  return length
}

/**
 * Reads the answer to `INFO commandstats`.
 * Source: https://redis.io/docs/latest/commands/info, `cmdstat_XXX: calls=XXX,usec=…`.
 */
export function readCommandStats(text: string): Readonly<Record<string, number>> {
  const found: [string, number][] = []
  for (const [, name = '', calls] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!OWN_COMMANDS.test(name)) found.push([name, Number(calls)])
  }
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
