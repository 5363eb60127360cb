import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomStream } from '../load/arrivals/random-stream.ts'
import { arbitraryCoefficients, arbitraryDemand } from './arbitrary-demand.ts'
import { needsOf } from './cost-model.ts'
import { amountsOfDemand, gatewaysReached } from './demand-amounts.ts'
import type { Demand } from './demand.ts'
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
        expect(after[resource]).toBeGreaterThanOrEqual(before[resource] * (1 - 1e-9))
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
        expect(after[resource]).toBeGreaterThanOrEqual(before[resource] * (1 - 1e-9))
      }
    }),
  )
})

const isMemory = (resource: Resource) => resource.endsWith('memoryBytes')

test('twice the rates need twice as much per second, and the same memory', () => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const before = needsOf(coefficients, amountsOfDemand(demand))
      const doubled = Object.fromEntries(RATES.map((name) => [name, demand[name] * 2]))
      const after = needsOf(coefficients, amountsOfDemand({ ...demand, ...doubled }))
      for (const resource of RESOURCE_NAMES) {
        expectNear(after[resource], before[resource] * (isMemory(resource) ? 1 : 2))
      }
    }),
  )
})

test('twice the identities need twice the memory, and as much per second at the same rates', () => {
  fc.assert(
    fc.property(arbitraryCoefficients, arbitraryDemand, (coefficients, demand) => {
      const before = needsOf(coefficients, amountsOfDemand(demand))
      const more = { ...demand, identities: demand.identities * 2 }
      const after = needsOf(coefficients, amountsOfDemand(more))
      for (const resource of RESOURCE_NAMES) {
        expectNear(after[resource], before[resource] * (isMemory(resource) ? 2 : 1))
      }
    }),
  )
})

test('each change is followed by every replica of its namespace', () => {
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

test('namespaces of one gateway or less get one message per multicast that has targets', () => {
  const of = (changed: Partial<Demand>) =>
    fc.assert(
      fc.property(arbitraryDemand, (demand) => {
        const targets = Math.max(1, demand.targets)
        const { gatewayMessages } = amountsOfDemand({ ...demand, targets, ...changed })
        expectNear(gatewayMessages ?? 0, demand.multicasts)
      }),
    )
  of({ gateways: 1 })
  of({ targets: 1 })
})

test('no more gateways are reached than there are, or than there are targets', () => {
  const count = fc.integer({ min: 1, max: 100_000 })
  fc.assert(
    fc.property(count, count, (targets, gateways) => {
      const reached = gatewaysReached(targets, gateways)
      expect(reached).toBeGreaterThan(0)
      expect(reached).toBeLessThanOrEqual(Math.min(targets, gateways) * (1 + 1e-9))
    }),
  )
  expect(gatewaysReached(0, 10)).toBe(0)
})

test('as many gateways are reached as in a draw', () => {
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
    expect(Math.abs(gatewaysReached(targets, gateways) / mean - 1)).toBeLessThan(0.02)
  }
})

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)))
}
