import { at, constant, expect, failover, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// The primary hands over to its replica when that has everything: writes wait or fail for a moment, and none is lost.
test('Redis failover', async ({ load, registry, gateway, ledger, redis, backends, skip }) => {
  skip(
    backends.kind === 'memory' || backends.redisTopology === undefined,
    'A failover takes a replica: npm run bench -- faults/redis-failover --backend cluster',
  )
  const result = await load({
    operations: await population(registry, gateway, 1_000, { ledger }),
    arrivals: constant(200),
    duration: { short: '10s', full: '60s' },
    faults: [at('3s', failover(redis.primaryOf(registry)))],
    slo: { successRate: 0.9 },
    allowUndelivered: true,
  })

  // Nothing that was promised may be lost.
  expect(result.operations.get('register')?.losses).toMatchObject({ kind: 'known', lost: 0 })
  expect(result.operations.get('multicast')?.losses).toMatchObject({ kind: 'known', lost: 0 })
})
