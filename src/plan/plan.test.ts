import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryDemand } from './testing/arbitrary-demand.ts'
import { COEFFICIENTS_FILE, readCoefficients } from './coefficients.ts'
import { needOf } from './cost-model.ts'
import { amountsOfDemand, followingOf } from './demand-amounts.ts'
import { DEFAULT_ASSUMPTIONS, demandFrom, type AskedDemand, type Demand } from './demand.ts'
import { gatewayCores } from './gateways.ts'
import { planFor } from './plan.ts'
import { firstToSaturate } from './ratios.ts'

const { coefficients } = readCoefficients(COEFFICIENTS_FILE)
const { utilisation } = DEFAULT_ASSUMPTIONS

test('a plan without problems exceeds no allowed use', () => {
  fc.assert(
    fc.property(arbitraryDemand, (given) => {
      const plan = planFor(demandFrom(openOf(given)), DEFAULT_ASSUMPTIONS, coefficients)
      const { demand, redis, followingCores, readers } = plan
      const amounts = amountsOfDemand(demand)
      const readerCores = needOf(coefficients, 'reader.cpuUs', amounts) / 1e6
      expect(gatewayCores(demand, coefficients)).toBeLessThanOrEqual(utilisation * (1 + 1e-9))
      if (plan.problems.length > 0) return
      expect(redis.namespaceUtilisation).toBeLessThanOrEqual(1)
      expect(followingCores).toBeLessThanOrEqual(utilisation * (1 + 1e-9))
      expect(readerCores / readers).toBeLessThanOrEqual(utilisation * (1 + 1e-9))
      expectClose(
        followingCores * demand.namespaces * demand.replicas,
        needOf(coefficients, 'reader.cpuUs', followingOf(amounts)) / 1e6,
      )
    }),
    { numRuns: 25 },
  )
})

test('every count of a plan is a whole number', () => {
  fc.assert(
    fc.property(arbitraryDemand, (open) => {
      const { demand, redis, nats, readers } = planFor(open, DEFAULT_ASSUMPTIONS, coefficients)
      const { balancedNodes, nodes } = redis
      const counts = [demand.gateways, demand.replicas, readers, balancedNodes, nodes ?? 1]
      for (const count of [...counts, nats.servers, nats.balancedServers]) {
        expect(count).toBeGreaterThanOrEqual(1)
        expect(Number.isInteger(count)).toBe(true)
      }
      expect(nodes ?? Infinity).toBeGreaterThanOrEqual(balancedNodes)
      expect(nats.servers).toBeGreaterThanOrEqual(nats.balancedServers)
    }),
    { numRuns: 25 },
  )
})

test('a small demand needs one of each, and a second replica', () => {
  const open = demandFrom({ identities: 10_000, multicasts: 10 })
  const { demand, redis, nats, readers, problems } = planFor(
    open,
    DEFAULT_ASSUMPTIONS,
    coefficients,
  )
  expect(problems).toEqual([])
  expect([demand.namespaces, redis.nodes, nats.servers, demand.gateways]).toEqual([1, 1, 1, 1])
  expect([demand.replicas, readers]).toEqual([2, 2])
})

test('names the need that is too large for a namespace, and a remedy', () => {
  const open = demandFrom({ identities: 1e8, namespaces: 1 })
  const { problems } = planFor(open, DEFAULT_ASSUMPTIONS, coefficients)
  expect(problems.join('\n')).toContain('more namespaces')
  expect(problems.join('\n')).toContain('more than a process has')
})

test('spreads identities over as many namespaces as necessary', () => {
  const plan = planFor(demandFrom({ identities: 1e8 }), DEFAULT_ASSUMPTIONS, coefficients)
  expect(plan.problems).toEqual([])
  expect(plan.demand.namespaces).toBeGreaterThan(1)
  expect(plan.redis.balancedNodes).toBeGreaterThan(1)
})

test.each([
  { identities: 1e12 },
  { identities: 1e12, namespaces: 65_536, gateways: 1e9, multicasts: 1e9, targets: 1 },
  { identities: 1e9, replicas: 1, multicasts: 1e12, targets: 1 },
])('a demand beyond all measure, %j, has an answer as well', (asked) => {
  const plan = planFor(demandFrom(asked), DEFAULT_ASSUMPTIONS, coefficients)
  expect(plan.problems).not.toEqual([])
  expect(Number.isFinite(plan.needs['redis.cpuUs'])).toBe(true)
})

test('the resource that saturates first has the highest use', () => {
  const none = {
    redisCpu: 0,
    redisMemory: 0,
    redisNetwork: 0,
    natsCpu: 0,
    natsNetwork: 0,
    following: 0,
    requests: 0,
    replicaMemory: 0,
    gatewayCpu: 0,
  }
  expect(firstToSaturate({ ...none, natsNetwork: 0.2, following: 0.1 })).toBe('natsNetwork')
})

/** Leaves namespaces and replicas to the plan. */
function openOf(demand: Demand): AskedDemand {
  const decided = ['namespaces', 'replicas']
  return Object.fromEntries(Object.entries(demand).filter(([name]) => !decided.includes(name)))
}

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 + 1e-6 * expected)
}
