import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectRegistry } from '../connect.ts'
import type { Filter } from '../filter/filter.ts'
import type { DeliveryStatus, ReceivedMessage } from '../messenger.ts'
import type { SelectStrategy } from '../redis/store-options.ts'
import type { MulticastRegistry } from '../registry.ts'
import { randomStream } from '../../stats/random.ts'

const backends = inject('backends')
const IDENTITIES = 250
const STEPS = 200
const HOSTS = ['a', 'b', 'c'] as const
type HostName = (typeof HOSTS)[number]

/** The behaviour of an identity's handler. */
type Conduct = 'returns' | 'resolves' | 'throws' | 'rejects'

interface Model {
  /** The gateway of each registration. */
  readonly registered: Map<string, HostName | null>
  /** The process that hosts an identity; at most one. */
  readonly hosted: Map<string, { readonly host: HostName; readonly conduct: Conduct }>
}

const FILTERS: readonly { readonly filter: Filter; readonly matches: (at: number) => boolean }[] = [
  { filter: {}, matches: () => true },
  { filter: {}, matches: () => true },
  { filter: { group: 1 }, matches: (at) => at % 3 === 1 },
  { filter: { group: 2, 'level.lt': 100 }, matches: (at) => at % 3 === 2 && at < 100 },
  { filter: { 'level.gte': 120 }, matches: (at) => at >= 120 },
  { filter: { group: 'none' }, matches: () => false },
]

/** Three named gateways, two senders, and a plain model of their expected behaviour. */
class World {
  readonly #namespace: string
  readonly #hosts = new Map<HostName, MulticastRegistry>()
  readonly #senders: readonly MulticastRegistry[]
  readonly #redis: Redis
  readonly #uniform: () => number
  readonly #model: Model = { registered: new Map(), hosted: new Map() }
  /** How often a process was called for an identity, by message. */
  readonly #calls = new Map<string, Map<string, number>>()
  readonly #misplaced: string[] = []

  private constructor(
    seed: number,
    redis: Redis,
    connect: (strategy?: SelectStrategy, gatewayName?: string) => Promise<MulticastRegistry>,
    senders: readonly MulticastRegistry[],
    namespace: string,
  ) {
    this.#uniform = randomStream(seed, 0)
    this.#redis = redis
    this.#connect = connect
    this.#senders = senders
    this.#namespace = namespace
  }

  readonly #connect: (strategy?: SelectStrategy, gatewayName?: string) => Promise<MulticastRegistry>

  static async open(seed: number): Promise<World> {
    if (backends.kind === 'memory') throw new Error('needs servers')
    const { redisUrl, natsUrls } = backends
    const namespace = `test-${randomUUID()}`
    const connect = async (strategy: SelectStrategy = 'replica', gatewayName?: string) => {
      const named = gatewayName === undefined ? {} : { gatewayName }
      const registry = await connectRegistry({
        redisUrl,
        natsUrls,
        namespace,
        strategy,
        onWarning: () => {},
        ...named,
      })
      onTestFinished(() => registry.close())
      return registry
    }
    const redis = new Redis(redisUrl)
    onTestFinished(() => redis.disconnect())
    const senders = await Promise.all([connect(), connect(), connect('scan')])
    onTestFinished(() => senders[0]?.clear())
    const world = new World(seed, redis, connect, senders, namespace)
    for (const host of HOSTS) world.#hosts.set(host, await connect('replica', host))
    return world
  }

  async step(): Promise<void> {
    const draw = this.#below(100)
    if (draw < 18) await this.#register()
    else if (draw < 26) await this.#registerElsewhere()
    else if (draw < 34) await this.#each(this.#some(6), (each) => this.#unregister(each))
    else if (draw < 42) await this.#each(this.#some(4), (each) => this.#unsubscribe(each))
    else if (draw < 46) await this.#restart(this.#pick(HOSTS))
    else if (draw < 48) await this.#reload()
    else await this.#multicast()
  }

  get misplaced(): readonly string[] {
    return this.#misplaced
  }

  #below(end: number): number {
    return Math.floor(this.#uniform() * end)
  }

  #pick<T>(choices: readonly T[]): T {
    const choice = choices[this.#below(choices.length)]
    if (choice === undefined) throw new Error('Nothing to pick from.')
    return choice
  }

  #some(most: number): readonly number[] {
    const first = this.#below(IDENTITIES)
    const count = 1 + this.#below(most)
    return Array.from({ length: count }, (_, at) => (first + at) % IDENTITIES)
  }

  async #each(all: readonly number[], visit: (at: number) => Promise<unknown>): Promise<void> {
    for (const at of all) await visit(at)
  }

  #registry(host: HostName): MulticastRegistry {
    const registry = this.#hosts.get(host)
    if (registry === undefined) throw new Error(`no ${host}`)
    return registry
  }

  /** A run of identities is hosted by a process, by one handler or by one each, and registered there. */
  async #register(): Promise<void> {
    const host = this.#pick(HOSTS)
    const all = this.#some(this.#below(4) === 0 ? 120 : 12)
    const conduct = this.#below(6) === 0 ? this.#pick(['throws', 'rejects'] as const) : 'returns'
    await this.#each(all, (at) => this.#unsubscribe(at))
    await this.#subscribe(host, all, this.#below(4) === 0 ? 'resolves' : conduct)
    await Promise.all(
      all.map(async (at) => {
        const metadata = { group: at % 3, level: at }
        await this.#registry(host).register(`id-${at}`, metadata, { replace: true, ttlMs: 0 })
        this.#model.registered.set(`id-${at}`, host)
      }),
    )
  }

  /** Some are registered without a gateway, or at one that doesn't host them. */
  async #registerElsewhere(): Promise<void> {
    const host = this.#below(2) === 0 ? null : this.#pick(HOSTS)
    const gateway = host === null ? {} : { gateway: this.#registry(host).gateway }
    await this.#each(this.#some(5), async (at) => {
      const metadata = { group: at % 3, level: at }
      const options = { replace: true, ttlMs: 0, ...gateway }
      await this.#pick(this.#senders).register(`id-${at}`, metadata, options)
      this.#model.registered.set(`id-${at}`, host)
    })
  }

  async #unregister(at: number): Promise<void> {
    await this.#pick(this.#senders).unregister(`id-${at}`)
    this.#model.registered.delete(`id-${at}`)
  }

  async #subscribe(host: HostName, all: readonly number[], conduct: Conduct): Promise<void> {
    const identities = all.map((at) => `id-${at}`)
    const handler = (message: ReceivedMessage): unknown => {
      if (identities[message.index] !== message.identity) {
        this.#misplaced.push(`${message.identity} at ${message.index}`)
      }
      const calls = this.#calls.get(message.id) ?? new Map<string, number>()
      this.#calls.set(message.id, calls)
      const call = `${message.identity} in ${host}`
      calls.set(call, (calls.get(call) ?? 0) + 1)
      if (conduct === 'throws') throw new Error('no')
      if (conduct === 'rejects') return Promise.reject(new Error('no'))
      return conduct === 'resolves' ? Promise.resolve() : undefined
    }
    await this.#registry(host).subscribe(identities, handler as () => void)
    for (const identity of identities) this.#model.hosted.set(identity, { host, conduct })
  }

  async #unsubscribe(at: number): Promise<void> {
    const identity = `id-${at}`
    const hosted = this.#model.hosted.get(identity)
    if (hosted === undefined) return
    this.#model.hosted.delete(identity)
    // It may belong to a longer list: another subscription replaces it and is ended.
    const own = await this.#registry(hosted.host).subscribe(identity, () => {})
    await own.unsubscribe()
  }

  /** Another process of the same gateway takes over what this one hosts. */
  async #restart(host: HostName): Promise<void> {
    await this.#registry(host).close()
    this.#hosts.set(host, await this.#connect('replica', host))
    for (const conduct of ['returns', 'resolves', 'throws', 'rejects'] as const) {
      const own = [...this.#model.hosted].filter(([, each]) => {
        return each.host === host && each.conduct === conduct
      })
      const numbers = own.map(([identity]) => Number(identity.slice('id-'.length)))
      if (own.length > 0) await this.#subscribe(host, numbers, conduct)
    }
  }

  /** Makes every sender reload and renumber everything. */
  async #reload(): Promise<void> {
    // A sender that has read nothing yet doesn't notice at once that the log is gone.
    await Promise.all(this.#senders.map((sender) => sender.enumerate()))
    await this.#redis.del(`${this.#namespace}:~log`)
  }

  async #multicast(): Promise<void> {
    const { filter, matches } = this.#pick(FILTERS)
    const wanted = new Map<string, DeliveryStatus>()
    const calls = new Map<string, number>()
    for (const [identity, gateway] of this.#model.registered) {
      if (!matches(Number(identity.slice('id-'.length)))) continue
      const hosted = this.#model.hosted.get(identity)
      const isReached = hosted !== undefined && (gateway === null || gateway === hosted.host)
      if (isReached) calls.set(`${identity} in ${hosted.host}`, 1)
      const isHandled = isReached && ['returns', 'resolves'].includes(hosted.conduct)
      wanted.set(identity, isHandled ? 'DELIVERED' : 'FAILED')
    }
    const isAllHandled = ![...wanted.values()].includes('FAILED')
    const delivery = isAllHandled ? 'at-least-once' : 'at-most-once'
    const result = await this.#pick(this.#senders).multicast(filter, 'x', {
      delivery,
      timeoutMs: 30_000,
    })
    const sorted = <T>(
      entries: Iterable<readonly [string, T]>,
    ): readonly (readonly [string, T])[] => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(sorted(result.statuses)).toEqual(sorted(wanted))
    expect(sorted(this.#calls.get(result.messageId) ?? new Map())).toEqual(sorted(calls))
    expect(result).toMatchObject({
      targetCount: wanted.size,
      deliveredCount: [...wanted.values()].filter((status) => status === 'DELIVERED').length,
      pendingCount: 0,
      timeoutCount: 0,
    })
    this.#calls.delete(result.messageId)
  }

  /** Messages that handlers got besides those of the multicasts. */
  get unasked(): number {
    return this.#calls.size
  }
}

describe.skipIf(backends.kind === 'memory')('in any run of changes and multicasts', () => {
  test.each([1, 2, 3, 4])(
    'each status is correct, and each handler runs once per multicast (seed %i)',
    async (seed) => {
      const world = await World.open(seed)
      for (let step = 0; step < STEPS; step += 1) await world.step()
      expect(world.misplaced).toEqual([])
      expect(world.unasked).toBe(0)
    },
    180_000,
  )
})
