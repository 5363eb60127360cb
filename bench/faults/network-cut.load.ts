import { at, constant, cut, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

test('network cut', async ({ load, registry, gateway, ledger, network, profile }) => {
  const length = profile.name === 'full' ? '10s' : '3s'

  await load({
    operations: await population(registry, gateway, 1_000, { ledger, delivery: 'exactly-once' }),
    arrivals: constant(200),
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', cut(network.redis, length)), at('1s', cut(network.nats, length))],
    slo: { successRate: 0.5 },
  })
})
