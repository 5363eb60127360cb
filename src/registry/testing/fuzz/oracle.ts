import { setTimeout as delay } from 'node:timers/promises'
import type { Filter } from '../../filter/filter.ts'
import type { MulticastOptions } from '../../multicast.ts'
import { Listing } from './listing.ts'
import { HOST_GATEWAY, identitiesBy, type Route, subjects } from './names.ts'
import { messageOf, retried } from './patience.ts'
import type { World } from './world.ts'

const HOSTED: readonly Route[] = ['gateway', 'own', 'pattern', 'durable']

/** Knows what holds under any inputs, and finds violations. */
export class Oracle {
  readonly #world: World
  readonly #listing: Listing
  #checks = 0
  #deliveries = 0

  constructor(world: World) {
    this.#world = world
    this.#listing = new Listing(world)
  }

  /** Registers, renews and unregisters, as valid writers between the inputs do. */
  churn(): Promise<readonly string[]> {
    return this.#listing.churn()
  }

  /** How many messages were delivered as required. */
  get deliveries(): number {
    return this.#deliveries
  }

  /** Until `signal`, sends multicasts whose receipts only inputs could send; returns receipts wrongly trusted. */
  async keepWaiting(signal: AbortSignal, tell: (faults: readonly string[]) => void): Promise<void> {
    for (let round = 0; !signal.aborted; round += 1) {
      const timeoutMs = 600
      const delivery = round % 2 === 0 ? 'at-most-once' : 'at-least-once'
      const [inAll] = await Promise.all([
        Promise.all([
          this.#multicast({ route: 'silent' }, { delivery, timeoutMs }),
          this.#multicast({ route: 'mute' }, { delivery, timeoutMs }),
          this.#multicast({ route: 'silentDurable' }, { delivery: 'exactly-once', timeoutMs }),
          this.#listing.expectAnswer(this.#world.durable, 'old'),
          round % 3 === 0 ? this.#expectHostFound() : [],
        ]),
        delay(300),
      ])
      const faults = inAll.flat()
      if (faults.length > 0) return tell(faults)
    }
  }

  /** Checks everything that must hold after each batch; one sentence per violation. */
  async check(): Promise<readonly string[]> {
    this.#checks += 1
    const { host, durable, sender, processes, traffic } = this.#world
    const delivery = this.#checks % 2 === 0 ? 'at-most-once' : 'at-least-once'
    const found = await Promise.all([
      this.#expectDelivered(HOSTED, { delivery, timeoutMs: 15_000 }),
      this.#expectDelivered(['durable', 'moody'], { delivery: 'exactly-once', timeoutMs: 20_000 }),
      this.#multicast({}, { timeoutMs: 300 }),
      this.#listing.expectListed(sender, 'old'),
      this.#listing.expectListed(durable, 'old'),
      this.#listing.expectListed(host, this.#checks % 2 === 0 ? 'fresh' : 'scan'),
    ])
    const faults = found.flat()
    if (faults.length === 0 && this.#checks % 10 === 0)
      faults.push(...(await this.#listing.disturb()))
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
    return this.#multicast({ valid: true, 'route.in': routes }, options, (statuses) => {
      const expected = routes.flatMap(identitiesBy)
      this.#deliveries += expected.length
      return expected
        .filter((identity) => statuses.get(identity) !== 'DELIVERED')
        .map(
          (identity) =>
            `${options.delivery} to ${identity} became ${statuses.get(identity) ?? 'nothing'}`,
        )
    })
  }

  /** Sends, and checks that only handled messages are `DELIVERED`, and none is handled twice. */
  async #multicast(
    filter: Filter,
    options: MulticastOptions,
    further: (statuses: ReadonlyMap<string, string>) => readonly string[] = () => [],
  ): Promise<readonly string[]> {
    const { sender, host, durable, traffic } = this.#world
    try {
      const { messageId, statuses } = await retried(() => sender.call('multicast', filter, options))
      const { delivery = 'at-most-once' } = options
      const handled = new Set<string>()
      const repeated: string[] = []
      for (const process of [host, durable]) {
        for (const identity of await process.call('handled', messageId)) {
          if (handled.has(identity)) repeated.push(`${delivery} to ${identity} was handled twice`)
          handled.add(identity)
        }
      }
      const unfounded = [...statuses]
        .filter(([identity, status]) => status === 'DELIVERED' && !handled.has(identity))
        .filter(([identity]) => !traffic.claimed(messageId, identity))
        .map(([identity]) => `${delivery} to ${identity} was DELIVERED, and nobody handled it`)
      return [...unfounded, ...repeated, ...further(statuses)]
    } catch (error) {
      return [`multicast to ${JSON.stringify(filter)}: ${messageOf(error)}`]
    }
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
}
