import { at, constant, kill, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// A server alone is away until it runs again, 2 s later, and every request needs it. In a cluster, a replica takes over
// after 3 to 6 s, most of which the others need to notice, and the one that comes back follows it. Redis acknowledges a
// write before its replicas have it, so that the last ones before the death of a primary may be lost there: it is measured,
// not bounded.
test('Redis primary killed', async ({ load, registry, gateway, ledger, redis, shard }) => {
  await load({
    operations: await population(registry, gateway, 1_000, { ledger, shard }),
    arrivals: constant(200),
    shard,
    duration: { short: '15s', full: '60s' },
    faults: [
      at('1s', kill(redis.primaryOf(registry))),
      at('3s', restart(redis.primaryOf(registry))),
    ],
    slo: [
      { successRate: 0.5, unavailable: '7s', operations: { multicast: { lost: 0 } } },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '8s' },
    ],
    allowUndelivered: true,
  })
})
