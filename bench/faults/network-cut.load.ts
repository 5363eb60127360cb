import { at, constant, cut, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// Nothing reaches Redis or NATS for a time, and every request fails at once instead of waiting: as many as are due
// meanwhile, and in the second or two until clients have connected again.
test('network cut', async ({ load, registry, gateway, ledger, network, profile, shard }) => {
  const length = profile.name === 'full' ? '10s' : '3s'

  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', cut(network.redis, length)), at('1s', cut(network.nats, length))],
    slo: [
      { successRate: 0.5, unavailable: '6s', lost: 0 },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '7s' },
    ],
    allowUndelivered: true,
  })
})
