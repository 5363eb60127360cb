import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../stats/random.ts'
import { TABLE_SLOTS } from '../registry/targets/name-table.ts'
import { arbitraryCoefficients, arbitraryDemand } from './testing/arbitrary-demand.ts'
import { needsOf } from './cost-model.ts'
import { amountsOfDemand, tablesReached } from './demand-amounts.ts'
import { demandFrom, type Demand } from './demand.ts'
import { RESOURCE_NAMES, type Resource } from './terms.ts'

const RATES = [
  'heartbeats',
  'registrations',
  'unregistrations',
  'enumerates',
  'multicasts',
] as const
const GROWING = [...RATES, 'metadataBytes', 'payloadBytes', 'gateways', 'replicas'] as const

test.each(GROWING)('nothing is needed less of for more %s', (name) => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const before = needsOf(coefficients, amountsOfDemand(demand))
      const more = { ...demand, [name]: demand[name] * 2 + 1 }
      const after = needsOf(coefficients, amountsOfDemand(more))
      for (const resource of RESOURCE_NAMES) {
        expectAtLeast(after[resource], before[resource])
      }
    }),
  )
})

test.each(['targets', 'matches'] as const)('nothing is needed less of for more %s', (name) => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const fewer = { ...demand, [name]: Math.floor(demand[name] / 2) }
      const before = needsOf(coefficients, amountsOfDemand(fewer))
      const after = needsOf(coefficients, amountsOfDemand(demand))
      for (const resource of RESOURCE_NAMES) {
        expectAtLeast(after[resource], before[resource])
      }
    }),
  )
})

const isMemory = (resource: Resource) => resource.endsWith('memoryBytes')

/** A replica compares itself with records so often at most, however much it is asked. */
const isOfComparisons = (resource: Resource) => resource.startsWith('redis.bytes')

test('doubling the rates doubles the needs per second, with the same memory', () => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const before = needsOf(coefficients, amountsOfDemand(demand))
      const doubled = Object.fromEntries(RATES.map((name) => [name, demand[name] * 2]))
      const after = needsOf(coefficients, amountsOfDemand({ ...demand, ...doubled }))
      for (const resource of RESOURCE_NAMES) {
        if (isOfComparisons(resource)) {
          expectAtLeast(before[resource] * 2, after[resource])
        } else expectNear(after[resource], before[resource] * (isMemory(resource) ? 1 : 2))
      }
    }),
  )
})

test('doubling the identities doubles the memory and lowers no other need', () => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const before = needsOf(coefficients, amountsOfDemand(demand))
      const more = { ...demand, identities: demand.identities * 2 }
      const after = needsOf(coefficients, amountsOfDemand(more))
      for (const resource of RESOURCE_NAMES) {
        const least = before[resource] * (isMemory(resource) ? 2 : 1)
        if (isMemory(resource)) expectNear(after[resource], least)
        expectAtLeast(after[resource], least)
      }
    }),
  )
})

test('every replica of a namespace follows each change', () => {
  fc.assert(
    fc.property(arbitraryDemand, (demand) => {
      const { heartbeats, registrations, unregistrations, replicas } = demand
      expectNear(
        amountsOfDemand(demand).followed ?? 0,
        (heartbeats + registrations + unregistrations) * replicas,
      )
    }),
  )
})

test('a multicast sends one message per gateway whose identities fit into one table of names', () => {
  fc.assert(
    fc.property(arbitraryDemand, ({ multicasts, namespaces }) => {
      const demand = demandFrom({ identities: 1_000 * namespaces, namespaces, multicasts })
      const own = { ...demand, namespaces, replicas: 2, unregistrations: 0 }
      const messagesOf = (changed: Partial<Demand>) =>
        amountsOfDemand({ ...own, ...changed }).gatewayMessages ?? 0
      expectNear(messagesOf({ gateways: namespaces }), multicasts)
      expectNear(messagesOf({ gateways: 3 * namespaces }), 3 * multicasts)
      expectNear(messagesOf({ gateways: 3 * namespaces, targets: 1 }), multicasts)
      const large = { identities: 3 * TABLE_SLOTS * namespaces, targets: 1_000 }
      expectNear(messagesOf({ gateways: namespaces, ...large }), 3 * multicasts)
    }),
  )
})

test('new names cost at most one message each, and at most one per other message', () => {
  fc.assert(
    fc.property(arbitraryDemand, (demand) => {
      const without = amountsOfDemand({ ...demand, unregistrations: 0 }).gatewayMessages ?? 0
      const { gatewayMessages = 0, named = 0 } = amountsOfDemand(demand)
      expectAtLeast(gatewayMessages, without)
      expectAtLeast(without + Math.min(named, without), gatewayMessages)
    }),
  )
})

test('reaches no more tables of names than exist, and no more than there are targets', () => {
  const count = fc.integer({ min: 1, max: 100_000 })
  fc.assert(
    fc.property(count, count, (targets, gateways) => {
      const reached = tablesReached(targets, gateways)
      expect(reached).toBeGreaterThan(0)
      expect(reached).toBeLessThanOrEqual(Math.min(targets, gateways) * (1 + 1e-9))
    }),
  )
  expect(tablesReached(0, 10)).toBe(0)
})

test('reaches as many tables as a simulated draw', () => {
  const random = randomStream(1, 1)
  for (const [targets, gateways] of [
    [10, 100],
    [1_000, 1_000],
    [5_000, 1_000],
  ] as const) {
    const draws = Array.from({ length: 200 }, () => {
      const drawn = Array.from({ length: targets }, () => Math.floor(random() * gateways))
      return new Set(drawn).size
    })
    const mean = draws.reduce((sum, size) => sum + size, 0) / draws.length
    expect(Math.abs(tablesReached(targets, gateways) / mean - 1)).toBeLessThan(0.02)
  }
})

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
}

/** But for what rounding takes. */
function expectAtLeast(actual: number, least: number): void {
  expect(actual - least).toBeGreaterThanOrEqual(-1e-9 * Math.max(1, Math.abs(least)))
}
