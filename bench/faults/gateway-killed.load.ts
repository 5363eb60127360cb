import { at, constant, expect, kill, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// The process that receives is killed, and another one with its name takes its place. Messages are kept for it meanwhile,
// so every one arrives, late; nothing else notices.
test('gateway killed', async ({ load, registry, gateway, ledger }) => {
  const result = await load({
    operations: await population(registry, gateway, 1_000, { ledger, delivery: 'exactly-once' }),
    arrivals: constant(200),
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', kill(gateway)), at('3s', restart(gateway))],
    slo: { successRate: 0.99 },
    allowUndelivered: true,
  })

  // Nothing that was promised may be lost.
  expect(result.operations.get('register')?.losses).toMatchObject({ kind: 'known', lost: 0 })
  expect(result.operations.get('multicast')?.losses).toMatchObject({ kind: 'known', lost: 0 })
})
