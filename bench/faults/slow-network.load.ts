import { at, constant, slow, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// 20 ms more in each direction, 40 ms per round trip. A request takes two or three, but none fails, and afterwards all
// are as fast as before.
test('slow network', async ({ load, registry, gateway, ledger, network, profile, shard }) => {
  const length = profile.name === 'full' ? '30s' : '4s'

  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: '10s', full: '60s' },
    faults: [
      at('1s', slow(network.redis, '20ms', length)),
      at('1s', slow(network.nats, '20ms', length)),
    ],
    slo: [
      { successRate: 0.99, unavailable: '1s', lost: 0 },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '6s' },
    ],
    allowUndelivered: true,
  })
})
