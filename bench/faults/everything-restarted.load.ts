import { at, constant, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// All servers and the receivers end at once and start again, with what they have on disk. Requests fail until they are
// back, clients connect again within a second or two, and nothing that was acknowledged is gone. In a cluster, the leaders
// of streams are elected anew, which takes 4 to 9 s, and receivers start once they are.
test('everything restarted', async ({ load, registry, gateway, ledger, redis, nats, shard }) => {
  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: '20s', full: '60s' },
    faults: [at('1s', restart(redis.all)), at('1s', restart(nats.all)), at('1s', restart(gateway))],
    slo: [
      { successRate: 0.5, unavailable: '5s', lost: 0 },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '15s' },
    ],
    allowUndelivered: true,
  })
})
