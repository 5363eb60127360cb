import { expect, onTestFinished, test } from 'vitest'
import { missingPrograms } from '../../environment/programs.ts'
import { CPU_RESOURCES } from '../reference.ts'
import { RESOURCES, type Resource, type Term } from '../terms.ts'
import { experimentsOf, mixedLoadsOf } from './experiments.ts'
import { amountsOf } from './load.ts'
import { fit, mediansOf } from './measure.ts'
import { Rig } from './rig.ts'

const population = {
  namespace: 'test',
  identities: 1_000,
  groups: 10,
  gateways: ['a', 'b', 'c'],
  metadataBytes: 100,
}

test.skipIf(missingPrograms() !== undefined)(
  'servers and processes do the work that a load amounts to',
  async () => {
    const rig = await Rig.start({ readers: 2, gateways: 2 })
    onTestFinished(() => rig.stop())
    const sizes = { identities: 200, groups: 10, metadataBytes: 300, gateways: 2 }
    const populated = await rig.populate(sizes)
    expect(populated.measurement.measured['redis.memoryBytes']).toBeGreaterThan(200 * 300)

    const { amounts, measured } = await rig.run({
      name: 'everything',
      population: populated.population,
      phases: [
        {
          writer: [
            { kind: 'heartbeat', count: 100 },
            { kind: 'unregister', of: 'transient', count: 10 },
            { kind: 'register', count: 50 },
          ],
          readers: [
            { kind: 'enumerate', audience: 'nobody', count: 5 },
            { kind: 'multicast', audience: 'all gateways', count: 20, payloadBytes: 1_000 },
          ],
        },
        { readers: [{ kind: 'enumerate', audience: 'group', count: 1 }] },
      ],
      times: 2,
    })
    expect(amounts).toMatchObject({
      heartbeats: 200,
      registrations: 120,
      unregistrations: 20,
      followed: (200 + 120 + 20) * 2,
      multicasts: 80,
      gatewayMessages: 160,
      targets: 160,
      gatewayBytes: 160_000,
      matches: 2 * 2 * 20,
    })
    // Messages and receipts.
    expect(measured['nats.messagesIn']).toBeGreaterThanOrEqual(2 * 160)
    expect(measured['nats.bytesIn']).toBeGreaterThan(160_000)
    expect(measured['redis.commands']).toBeGreaterThan(200 + 120 + 20)
    expect(measured['redis.bytesIn']).toBeGreaterThan(120 * 300)
    for (const resource of Object.keys(RESOURCES) as Resource[]) {
      if (resource.endsWith('cpuUs')) expect(measured[resource]).toBeGreaterThan(0)
    }

    const reference = await rig.reference()
    for (const resource of CPU_RESOURCES) expect(reference[resource]).toBeGreaterThan(0)

    const loaded = await rig.load(populated.population)
    expect(loaded.amounts.loaded).toBe(204)
    expect(loaded.measured['redis.bytesOut']).toBeGreaterThan(204 * 300)
  },
)

test('every cost is part of an experiment', () => {
  const loads = [...experimentsOf(population, population), ...mixedLoadsOf(population, population)]
  const amounts = loads.map((load) => amountsOf(load, 1))
  // The others are of registering and loading a population, or counted by the clock.
  const stocks: readonly Term[] = [
    'loaded',
    'loadedBytes',
    'audits',
    'auditedBytes',
    'identities',
    'metadataBytes',
    'replicated',
    'replicatedBytes',
  ]
  for (const term of Object.values(RESOURCES).flat()) {
    if (stocks.includes(term)) continue
    expect.soft(amounts.filter((each) => (each[term] ?? 0) > 0).length, term).toBeGreaterThan(0)
  }
})

test('finds the costs that explain the measurements', () => {
  const measurements = experimentsOf(population, { ...population, metadataBytes: 1_000 }).map(
    (load) => {
      const amounts = amountsOf(load, 1)
      const {
        registrations = 0,
        registeredBytes = 0,
        heartbeats = 0,
        unregistrations = 0,
      } = amounts
      const cpuUs =
        20 * registrations + 0.01 * registeredBytes + 10 * heartbeats + 5 * unregistrations
      return { name: load.name, amounts, measured: { 'writer.cpuUs': cpuUs } }
    },
  )
  const costs = fit(measurements)['writer.cpuUs']
  expect(costs['registrations']).toBeCloseTo(20, 3)
  expect(costs['registeredBytes']).toBeCloseTo(0.01, 5)
  expect(costs['heartbeats']).toBeCloseTo(10, 3)
  expect(costs['unregistrations']).toBeCloseTo(5, 3)
})

test('takes the median of each figure over rounds', () => {
  const round = (reads: number, cpuUs: number) => [
    { name: 'a', amounts: { reads }, measured: { 'redis.cpuUs': cpuUs } },
  ]
  expect(mediansOf([round(1, 5), round(3, 100), round(2, 4)])).toEqual([
    { name: 'a', amounts: { reads: 2 }, measured: { 'redis.cpuUs': 5 } },
  ])
})
