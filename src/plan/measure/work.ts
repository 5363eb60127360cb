import { setTimeout as sleep } from 'node:timers/promises'
import type { MulticastRegistry } from '../../registry/registry.ts'
import { inLanes } from './lanes.ts'
import {
  filterOf,
  firstTransient,
  gatewayIndexOf,
  identityOf,
  metadataOf,
  sizeOf,
  totalOf,
  type Audience,
  type Population,
} from './population.ts'

/** Work that one process does `count` times. */
export type Work =
  | { readonly kind: 'register' | 'heartbeat'; readonly count: number }
  /** And register again: identities that nothing is sent to, or members of groups, which are new to their gateways then. */
  | { readonly kind: 'unregister'; readonly count: number; readonly of: 'transient' | 'members' }
  | {
      readonly kind: 'enumerate'
      readonly count: number
      readonly audience: Audience
      /** Before each, in ms. Default 0. */
      readonly pauseMs?: number
    }
  | {
      readonly kind: 'multicast'
      readonly count: number
      readonly audience: Audience
      readonly payloadBytes: number
    }

/** Long enough that nothing expires during the measurement, in ms. */
const TTL_MS = 3_600_000

/**
 * Concurrent requests keep servers busy: a server that is woken for every single request takes twice the
 * CPU time, which doesn't reflect its capacity.
 */
const WRITES_IN_FLIGHT = 16
const MULTICASTS_IN_FLIGHT = 8

/** Few compared with the population, but more than the concurrent writes. */
const TRANSIENT = 100

/** Registers the population, with limited concurrency. */
export async function populate(registry: MulticastRegistry, population: Population): Promise<void> {
  await inLanes(64, totalOf(population), (n) => registerOne(registry, population, n))
}

/**
 * Does some work: writes of identities at random and multicasts some at a time, enumerates one after
 * the other. An identity that is unregistered is registered again.
 * @throws Error if a result is wrong, so that only correct work is measured.
 */
export async function doWork(
  registry: MulticastRegistry,
  population: Population,
  work: Work,
): Promise<void> {
  const { kind, count } = work
  const atRandom = (): number => Math.floor(Math.random() * population.identities)
  switch (kind) {
    case 'register':
      return inLanes(WRITES_IN_FLIGHT, count, () => registerOne(registry, population, atRandom()))
    case 'heartbeat':
      return inLanes(WRITES_IN_FLIGHT, count, () =>
        registry.heartbeat(identityOf(atRandom()), TTL_MS),
      )
    case 'unregister': {
      // One after the other, so no two writes in flight are of the same identity, and all groups and
      // gateways are among them.
      const isTransient = work.of === 'transient'
      let n = atRandom()
      return inLanes(WRITES_IN_FLIGHT, count, async () => {
        n = (n + 1) % population.identities
        const own = isTransient ? firstTransient(population) + (n % TRANSIENT) : n
        await registry.unregister(identityOf(own))
        await registerOne(registry, population, own)
      })
    }
    case 'enumerate':
      return inLanes(1, count, async (turn) => {
        const { audience, pauseMs = 0 } = work
        if (pauseMs > 0) await sleep(pauseMs)
        const { totalCount } = await registry.enumerate(filterOf(population, audience, turn))
        requireAll(totalCount, sizeOf(population, audience))
      })
    case 'multicast': {
      const payload = new Uint8Array(work.payloadBytes)
      return inLanes(MULTICASTS_IN_FLIGHT, count, async (turn) => {
        const filter = filterOf(population, work.audience, turn)
        const { deliveredCount } = await registry.multicast(filter, payload)
        requireAll(deliveredCount, sizeOf(population, work.audience))
      })
    }
  }
}

function requireAll(count: number, expected: number): void {
  if (count === expected) return
  throw new Error(`${count} of ${expected} identities were reached or listed.`)
}

function registerOne(
  registry: MulticastRegistry,
  population: Population,
  n: number,
): Promise<unknown> {
  // Transient identities are at a gateway without subscribers, so they take no room in other tables.
  const isTransient = n >= firstTransient(population)
  const hosting = population.gateways[gatewayIndexOf(population, n)]
  const gateway = isTransient || hosting === undefined ? registry.gateway : hosting
  const options = { ttlMs: TTL_MS, replace: true, gateway }
  return registry.register(identityOf(n), metadataOf(population, n), options)
}
