import { at, constant, kill, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// The process that receives is killed, and another one with its name takes its place. Messages are kept for it meanwhile,
// so every one arrives, late; nothing else notices.
test('gateway killed', async ({ load, registry, gateway, ledger, shard }) => {
  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', kill(gateway)), at('3s', restart(gateway))],
    slo: [
      { successRate: 0.99, unavailable: '1s', lost: 0 },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '6s' },
    ],
    allowUndelivered: true,
  })
})
