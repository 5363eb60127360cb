import { connect, type NatsConnection } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { inLanes } from './lanes.ts'

/** A process's part in the reference work: answering requests over NATS, making some, or writing to Redis. */
export type ReferenceRole = 'answer' | 'ask' | 'store'

const SUBJECT = 'plan-reference'
const PAYLOAD = 'x'.repeat(64)
const IN_FLIGHT = 16

/** Bare requests to the servers, independent of the registry's code. */
export class BareRequests {
  readonly #redisUrl: string
  readonly #natsUrl: string
  #redis: Redis | null = null
  #nats: Promise<NatsConnection> | null = null

  constructor(redisUrl: string, natsUrl: string) {
    this.#redisUrl = redisUrl
    this.#natsUrl = natsUrl
  }

  /** Makes this many requests; to answer, it is called once and keeps answering. */
  async run(role: ReferenceRole, count: number): Promise<void> {
    switch (role) {
      case 'store': {
        const redis = (this.#redis ??= new Redis(this.#redisUrl))
        return inLanes(IN_FLIGHT, count, (n) => redis.set(`plan-reference:${n % 1_000}`, PAYLOAD))
      }
      case 'ask': {
        const nats = await this.#connection()
        return inLanes(IN_FLIGHT, count, () => nats.request(SUBJECT, PAYLOAD, { timeout: 10_000 }))
      }
      case 'answer': {
        const nats = await this.#connection()
        nats.subscribe(SUBJECT, { callback: (_, message) => void message.respond(message.data) })
        await nats.flush()
      }
    }
  }

  #connection(): Promise<NatsConnection> {
    const { host } = new URL(this.#natsUrl)
    return (this.#nats ??= connect({ servers: [host] }))
  }
}
