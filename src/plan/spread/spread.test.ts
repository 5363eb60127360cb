import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serverImbalance } from './clients-on-servers.ts'
import { NamespacesOnNodes } from './namespaces-on-nodes.ts'

const namespaces = fc.integer({ min: 1, max: 200 })
const nodes = fc.integer({ min: 1, max: 40 })

test('the busiest node has at least the mean and at most all namespaces', () => {
  fc.assert(
    fc.property(namespaces, nodes, (count, of) => {
      const busiest = new NamespacesOnNodes(count).busiest(of)
      expect(busiest).toBeGreaterThanOrEqual(Math.ceil(count / of))
      expect(busiest).toBeLessThanOrEqual(count)
    }),
    { numRuns: 30 },
  )
})

test('no node has more namespaces than allowed', () => {
  fc.assert(
    fc.property(namespaces, fc.integer({ min: 1, max: 50 }), (count, most) => {
      const spread = new NamespacesOnNodes(count)
      const found = spread.fewestNodes(most)
      if (found !== null) expect(spread.busiest(found)).toBeLessThanOrEqual(most)
      if (count <= most) expect(found).toBe(1)
    }),
    { numRuns: 30 },
  )
})

test('few large namespaces are spread unevenly, many small ones evenly', () => {
  const unevenness = (count: number) => new NamespacesOnNodes(count).busiest(8) / (count / 8)
  expect(unevenness(16)).toBeGreaterThan(2)
  expect(unevenness(4_096)).toBeLessThan(1.2)
})

test('the busiest NATS server has at least the mean, and approaches it with more clients', () => {
  expect(serverImbalance(1, 1, 1)).toBe(1)
  const clients = fc.integer({ min: 1, max: 500 })
  fc.assert(
    fc.property(clients, clients, fc.integer({ min: 1, max: 20 }), (senders, gateways, servers) => {
      const imbalance = serverImbalance(senders, gateways, servers)
      expect(imbalance).toBeGreaterThanOrEqual(1 - 1e-9)
      expect(imbalance).toBeLessThanOrEqual(servers + 1e-9)
    }),
    { numRuns: 30 },
  )
  expect(serverImbalance(1_000, 1_000, 4)).toBeLessThan(serverImbalance(4, 4, 4))
})
