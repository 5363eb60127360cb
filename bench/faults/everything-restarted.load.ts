import { at, constant, expect, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// All servers and the receivers end at once and start again, with what they have on disk. Requests fail until they are
// back, clients connect again within a second or two, and nothing that was acknowledged is gone.
test('everything restarted', async ({ load, registry, gateway, ledger, redis, nats }) => {
  const result = await load({
    operations: await population(registry, gateway, 1_000, { ledger, delivery: 'exactly-once' }),
    arrivals: constant(200),
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', restart(redis.all)), at('1s', restart(nats.all)), at('1s', restart(gateway))],
    slo: { successRate: 0.5 },
    allowUndelivered: true,
  })

  // Nothing that was promised may be lost.
  expect(result.operations.get('register')?.losses).toMatchObject({ kind: 'known', lost: 0 })
  expect(result.operations.get('multicast')?.losses).toMatchObject({ kind: 'known', lost: 0 })
})
