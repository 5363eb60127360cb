import { at, constant, kill, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

test('gateway killed', async ({ load, registry, gateway, ledger }) => {
  await load({
    operations: await population(registry, gateway, 1_000, { ledger, delivery: 'exactly-once' }),
    arrivals: constant(200),
    duration: { short: '10s', full: '60s' },
    faults: [at('1s', kill(gateway)), at('2s', restart(gateway))],
    slo: { successRate: 0.99 },
  })
})
