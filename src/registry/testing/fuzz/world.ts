import { Redis } from 'ioredis'
import {
  type ServerProgram,
  startNatsProgram,
  startRedisProgram,
} from '../../../environment/programs.ts'
import { DURABLE_NAME, FIXED, identitiesBy, NAMESPACE } from './names.ts'
import type { Input } from './inputs.ts'
import { RawNats } from './raw-nats.ts'
import { TestedProcess } from './tested.ts'
import type { Hosting } from './tested-calls.ts'
import { Traffic } from './traffic.ts'

/** How many frames are sent before waiting for the server. */
const FRAMES_AT_A_TIME = 100
/** The names of the processes under test. */
export const HOST = 'the host'
export const DURABLE_HOST = 'the host with a durable gateway'
export const SENDER = 'the sender'

const NOTHING: Hosting = { identities: [], patterns: [], moody: null }

/** Servers, the processes under test with their registrations, and the clients that send the inputs. */
export class World {
  readonly traffic: Traffic
  /** Has a gateway, and hosts identities by it, by their own subjects and by a pattern. */
  readonly host: TestedProcess
  /** Has a durable gateway. */
  readonly durable: TestedProcess
  /** Registers, sends, and reads. */
  readonly sender: TestedProcess
  readonly redis: Redis
  readonly #servers: readonly ServerProgram[]
  readonly #attacker: RawNats
  readonly #watcher: RawNats

  private constructor(
    redis: Redis,
    servers: readonly ServerProgram[],
    clients: { readonly attacker: RawNats; readonly watcher: RawNats },
  ) {
    this.redis = redis
    this.#servers = servers
    this.#attacker = clients.attacker
    this.#watcher = clients.watcher
    this.traffic = new Traffic(clients.watcher)
    this.host = new TestedProcess(HOST)
    this.durable = new TestedProcess(DURABLE_HOST)
    this.sender = new TestedProcess(SENDER)
  }

  static async open(): Promise<World> {
    const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
    const world = new World(new Redis(redis.url), [redis, nats], {
      attacker: await RawNats.connect(nats.port),
      watcher: await RawNats.connect(nats.port),
    })
    try {
      await world.#start(redis.url, nats.url)
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  get processes(): readonly TestedProcess[] {
    return [this.host, this.durable, this.sender]
  }

  /** How often the NATS server closed the connection at an input. */
  get disconnects(): number {
    return this.#attacker.reconnects
  }

  /** Sends inputs to their targets; resolves when the servers have them. */
  async send(inputs: readonly Input[]): Promise<void> {
    for (let from = 0; from < inputs.length; from += FRAMES_AT_A_TIME) {
      const pipeline = this.redis.pipeline()
      let written = 0
      for (const input of inputs.slice(from, from + FRAMES_AT_A_TIME)) {
        if (input.kind === 'redis') {
          for (const [name, ...values] of input.commands) pipeline.call(name, ...values)
          continue
        }
        const frame = this.traffic.frameOf(input)
        this.#attacker.publish(frame)
        written += 1
        // The server closes the connection at once, and later frames would be lost.
        const isRefused = frame.headerLength > (frame.headers?.length ?? 0) + frame.body.length
        if (isRefused) await this.#attacker.settle()
      }
      await Promise.all([pipeline.exec(), written > 0 && this.#attacker.settle()])
    }
  }

  /** Resolves when everything published so far has been seen. */
  async settle(): Promise<void> {
    await this.#watcher.settle()
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.end()))
    this.redis.disconnect()
    this.#attacker.close()
    this.#watcher.close()
    await Promise.all(this.#servers.map((server) => server.stop()))
  }

  async #start(redisUrl: string, natsUrl: string): Promise<void> {
    const options = { redisUrl, natsUrls: [natsUrl], namespace: NAMESPACE }
    const hosted = ['gateway', 'own'] as const
    await Promise.all([
      this.host.call(
        'start',
        HOST,
        { ...options, gatewayName: 'fuzz-host', natsConnections: 2 },
        { identities: hosted.flatMap(identitiesBy), patterns: ['pat.*'], moody: null },
      ),
      this.durable.call(
        'start',
        DURABLE_HOST,
        { ...options, durability: { gatewayName: DURABLE_NAME } },
        {
          identities: [...identitiesBy('durable'), ...identitiesBy('moody')],
          patterns: [],
          moody: identitiesBy('moody')[0] ?? null,
        },
      ),
      this.sender.call('start', SENDER, { ...options, durability: {} }, NOTHING),
    ])
    for (const { route, identities, gateway } of FIXED) {
      for (const identity of identities) {
        await this.sender.call(
          'register',
          identity,
          { valid: true, route },
          {
            ttlMs: 0,
            ...(gateway === null ? {} : { gateway }),
          },
        )
      }
    }
  }
}
