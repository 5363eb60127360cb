import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Filter } from '../filter/filter.ts'
import type { MulticastOptions } from '../multicast.ts'
import { FIXED, HOST_GATEWAY, identitiesBy, type Route, subjects } from './names.ts'
import { keys, UNUSUAL } from './redis-inputs.ts'
import { type TestedProcess, TestedCallError } from './tested.ts'
import type { Listed, Reader } from './tested-calls.ts'
import type { World } from './world.ts'

/** How often a call that failed for the servers' sake is made before that counts as a fault. */
const ATTEMPTS = 5
const HOSTED: readonly Route[] = ['gateway', 'own', 'pattern', 'durable']

/** Knows what is true whatever the inputs were, and finds where it is not so. */
export class Oracle {
  readonly #world: World
  /** What else is registered, by valid traffic, with the number in its metadata. */
  readonly #churned = new Map<string, number>()
  #rounds = 0
  #checks = 0
  #deliveries = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How many messages were delivered as they had to be. */
  get deliveries(): number {
    return this.#deliveries
  }

  /** Registers, renews and unregisters, as valid writers between the inputs do. */
  async churn(): Promise<readonly string[]> {
    const { sender } = this.#world
    this.#rounds += 1
    const round = this.#rounds
    try {
      for (let n = 0; n < 6; n += 1) {
        const identity = `churn-${(round * 6 + n) % 20}`
        if (n === 0) {
          await retried(() => sender.call('unregister', identity))
          this.#churned.delete(identity)
          continue
        }
        const metadata = { valid: true, route: 'churn', round }
        await retried(() =>
          sender.call('register', identity, metadata, { ttlMs: 600_000, replace: true }),
        )
        this.#churned.set(identity, round)
        if (n === 1) await retried(() => sender.call('heartbeat', identity))
      }
      return []
    } catch (error) {
      return [`valid writes: ${messageOf(error)}`]
    }
  }

  /** Sends, until `signal`, multicasts whose receipts only inputs could send, and tells what was wrongly believed of these. */
  async keepWaiting(signal: AbortSignal, tell: (faults: readonly string[]) => void): Promise<void> {
    for (let round = 0; !signal.aborted; round += 1) {
      const timeoutMs = 600
      const delivery = round % 2 === 0 ? 'at-most-once' : 'at-least-once'
      const [inAll] = await Promise.all([
        Promise.all([
          this.#multicast({ route: 'silent' }, { delivery, timeoutMs }),
          this.#multicast({ route: 'mute' }, { delivery, timeoutMs }),
          this.#multicast({ route: 'silentDurable' }, { delivery: 'exactly-once', timeoutMs }),
          this.#expectAnswer(this.#world.durable, 'old'),
          round % 3 === 0 ? this.#expectHostFound() : [],
        ]),
        delay(300),
      ])
      const faults = inAll.flat()
      if (faults.length > 0) return tell(faults)
    }
  }

  /** Everything that has to hold after each batch; one sentence for each thing that does not. */
  async check(): Promise<readonly string[]> {
    this.#checks += 1
    const { host, durable, sender, processes, traffic } = this.#world
    const delivery = this.#checks % 2 === 0 ? 'at-most-once' : 'at-least-once'
    const found = await Promise.all([
      this.#expectDelivered(HOSTED, { delivery, timeoutMs: 15_000 }),
      this.#expectDelivered(['durable', 'moody'], { delivery: 'exactly-once', timeoutMs: 20_000 }),
      this.#multicast({}, { timeoutMs: 300 }),
      this.#expectListed(sender, 'old'),
      this.#expectListed(durable, 'old'),
      this.#expectListed(host, this.#checks % 2 === 0 ? 'fresh' : 'scan'),
    ])
    const faults = found.flat()
    if (faults.length === 0 && this.#checks % 10 === 0) faults.push(...(await this.#disturb()))
    await this.#world.settle()
    for (const subject of traffic.foreign) {
      faults.push(
        `something was published to ${JSON.stringify(subject)}, which is neither ours nor an inbox`,
      )
    }
    faults.push(...traffic.unfounded)
    for (const { death } of processes) if (death !== null) faults.push(death)
    return [...new Set(faults)]
  }

  async #expectDelivered(
    routes: readonly Route[],
    options: MulticastOptions,
  ): Promise<readonly string[]> {
    const faults = await this.#multicast(
      { valid: true, 'route.in': routes },
      options,
      (statuses) => {
        const expected = routes.flatMap(identitiesBy)
        this.#deliveries += expected.length
        return expected
          .filter((identity) => statuses.get(identity) !== 'DELIVERED')
          .map(
            (identity) =>
              `${options.delivery} to ${identity} became ${statuses.get(identity) ?? 'nothing'}`,
          )
      },
    )
    return faults
  }

  /** Sends, and checks that nothing is `DELIVERED` that was not handled. */
  async #multicast(
    filter: Filter,
    options: MulticastOptions,
    further: (statuses: ReadonlyMap<string, string>) => readonly string[] = () => [],
  ): Promise<readonly string[]> {
    const { sender, host, durable, traffic } = this.#world
    try {
      const { messageId, statuses } = await retried(() => sender.call('multicast', filter, options))
      const handled = new Set<string>()
      for (const process of [host, durable]) {
        for (const identity of await process.call('handled', messageId)) handled.add(identity)
      }
      const unfounded = [...statuses]
        .filter(([identity, status]) => status === 'DELIVERED' && !handled.has(identity))
        .filter(([identity]) => !traffic.claimed(messageId, identity))
        .map(
          ([identity]) =>
            `${options.delivery ?? 'at-most-once'} to ${identity} was DELIVERED, and nobody handled it`,
        )
      return [...unfounded, ...further(statuses)]
    } catch (error) {
      return [`multicast to ${JSON.stringify(filter)}: ${messageOf(error)}`]
    }
  }

  /** While others write, so that only that there is an answer can be said. */
  async #expectAnswer(process: TestedProcess, reader: Reader): Promise<readonly string[]> {
    try {
      await retried(() => process.call('enumerate', reader))
      return []
    } catch (error) {
      return [`enumerate by ${reader} reader of ${process.name}: ${messageOf(error)}`]
    }
  }

  async #expectListed(process: TestedProcess, reader: Reader): Promise<readonly string[]> {
    const by = `enumerate by ${reader} reader of ${process.name}`
    try {
      const listed = await retried(() => process.call('enumerate', reader))
      const expected = new Map(this.#registered().map((each) => [each.identity, each]))
      const faults: string[] = []
      for (const seen of listed) {
        const { identity } = seen
        const right = expected.get(identity)
        expected.delete(identity)
        if (right === undefined ? identity.startsWith(UNUSUAL) : isDeepStrictEqual(seen, right)) {
          continue
        }
        faults.push(
          `${by}: lists ${JSON.stringify(seen).slice(0, 300)}, and right is ${JSON.stringify(right) ?? 'nothing'}`,
        )
      }
      for (const identity of expected.keys()) faults.push(`${by}: ${identity} is missing`)
      return faults
    } catch (error) {
      return [`${by}: ${messageOf(error)}`]
    }
  }

  #registered(): readonly Listed[] {
    const fixed = FIXED.flatMap(({ identities, gateway, route }) =>
      identities.map((identity) => ({ identity, gateway, valid: true, route, round: null })),
    )
    const churned = Array.from(this.#churned, ([identity, round]) => {
      return { identity, gateway: null, valid: true, route: 'churn', round }
    })
    return [...fixed, ...churned]
  }

  async #expectHostFound(): Promise<readonly string[]> {
    try {
      const hosts = await this.#world.sender.call('findPatternHosts')
      const isFound = hosts.some(({ gateway }) => gateway === HOST_GATEWAY)
      const foreign = hosts.filter(({ gateway }) => !subjects.isGateway(gateway))
      if (isFound && foreign.length === 0) return []
      return [`the hosts of patterns that were found are ${JSON.stringify(hosts).slice(0, 300)}`]
    } catch (error) {
      return [`the search for hosts of patterns: ${messageOf(error)}`]
    }
  }

  /** While a key of the bookkeeping has the wrong type, calls answer rightly or fail and say so; then all is well again. */
  async #disturb(): Promise<readonly string[]> {
    const { redis, sender, durable } = this.#world
    for (const key of [keys.log, keys.index]) {
      await redis.rename(key, `${key}-aside`)
      await redis.set(key, 'not what it was')
      const outcomes = await Promise.allSettled([
        sender.call('enumerate', 'old'),
        sender.call('enumerate', 'fresh'),
        durable.call('enumerate', 'scan'),
        sender.call('multicast', { valid: true, route: 'own' }, { timeoutMs: 500 }),
      ])
      await redis.del(key)
      await redis.rename(`${key}-aside`, key)
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        const { reason } = outcome
        if (!(reason instanceof TestedCallError && reason.code === 'UNAVAILABLE')) {
          return [`with ${key} of the wrong type: ${messageOf(reason)}`]
        }
      }
    }
    const found = await Promise.all([
      this.#expectListed(sender, 'old'),
      this.#expectListed(sender, 'fresh'),
      this.#expectListed(durable, 'scan'),
    ])
    return found.flat()
  }
}

/** A registry may say that it can't answer now; it has to be able to soon. */
async function retried<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      const isPassing = error instanceof TestedCallError && error.code === 'UNAVAILABLE'
      if (!isPassing || attempt === ATTEMPTS) throw error
      await delay(50)
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof TestedCallError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
