import { isDeepStrictEqual } from 'node:util'
import { FIXED } from './names.ts'
import { messageOf, retried } from './patience.ts'
import { keys, UNUSUAL } from './redis-values.ts'
import { type TestedProcess, TestedCallError } from './tested.ts'
import type { Listed, Reader } from './tested-calls.ts'
import type { World } from './world.ts'

/** Knows the registrations, and finds readers that differ; each method returns one sentence per fault. */
export class Listing {
  readonly #world: World
  /** The registrations of valid writers between inputs, with the number in their metadata. */
  readonly #churned = new Map<string, number>()
  #rounds = 0

  constructor(world: World) {
    this.#world = world
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

  /** While others write, only the existence of an answer can be checked. */
  async expectAnswer(process: TestedProcess, reader: Reader): Promise<readonly string[]> {
    try {
      await retried(() => process.call('enumerate', reader))
      return []
    } catch (error) {
      return [`enumerate by ${reader} reader of ${process.name}: ${messageOf(error)}`]
    }
  }

  async expectListed(process: TestedProcess, reader: Reader): Promise<readonly string[]> {
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

  /**
   * While a key of the bookkeeping has the wrong type, calls answer correctly or fail with the
   * reason; afterwards all work again.
   */
  async disturb(): Promise<readonly string[]> {
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
      this.expectListed(sender, 'old'),
      this.expectListed(sender, 'fresh'),
      this.expectListed(durable, 'scan'),
    ])
    return found.flat()
  }
}
