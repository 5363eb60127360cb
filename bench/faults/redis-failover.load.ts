import { at, constant, failover, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// The primary hands over to its replica when that has everything: writes wait or fail for a moment, and none is lost.
test('Redis failover', async ({
  load,
  registry,
  gateway,
  ledger,
  redis,
  backends,
  skip,
  shard,
}) => {
  skip(
    backends.kind === 'memory' || backends.redisTopology === undefined,
    'A failover takes a replica: npm run bench -- faults/redis-failover --backend cluster',
  )
  await load({
    operations: await population(registry, gateway, 1_000, { ledger, shard }),
    arrivals: constant(200),
    shard,
    duration: { short: '10s', full: '60s' },
    faults: [at('3s', failover(redis.primaryOf(registry)))],
    slo: [
      { successRate: 0.9, unavailable: '2s', lost: 0 },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '4s' },
    ],
    allowUndelivered: true,
  })
})
