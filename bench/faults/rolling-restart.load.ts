import { at, constant, expect, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// One server after the other, as an update does it. In a cluster the others take over, one at a time. A server alone is
// away while it restarts, for a fraction of a second, and clients take up to two seconds to come back.
test('rolling restart', async ({ load, registry, gateway, ledger, redis, nats, backends }) => {
  const nodes = (backends.kind !== 'memory' && backends.started?.nodes) || []
  const targets = nodes.map(({ name, server }) =>
    server === 'redis' ? redis.node(numberOf(name)) : nats.node(numberOf(name)),
  )

  const result = await load({
    operations: await population(registry, gateway, 1_000, { ledger, delivery: 'exactly-once' }),
    arrivals: constant(200),
    duration: { short: targets.length > 2 ? '30s' : '10s', full: '90s' },
    faults: targets.map((target, index) => at(`${1 + 3 * index}s`, restart(target))),
    slo: { successRate: 0.6 },
    allowUndelivered: true,
  })

  expect(result.operations.get('register')?.losses).toMatchObject({ kind: 'known' })
  expect(result.operations.get('multicast')?.losses).toMatchObject({ kind: 'known', lost: 0 })
})

/** Of `redis-3`: 3. */
function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1))
}
