import { at, constant, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// One server after the other, as an update does it. In a cluster the others take over, one at a time. A server alone is
// away while it restarts, for a fraction of a second, and clients take up to two seconds to come back.
test('rolling restart', async ({
  load,
  registry,
  gateway,
  ledger,
  redis,
  nats,
  backends,
  shard,
}) => {
  const nodes = (backends.kind !== 'memory' && backends.started?.nodes) || []
  const targets = nodes.map(({ name, server }) =>
    server === 'redis' ? redis.node(numberOf(name)) : nats.node(numberOf(name)),
  )

  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: targets.length > 2 ? '60s' : '10s', full: '90s' },
    // Each has time to come back before the next one goes.
    faults: targets.map((target, index) =>
      at(`${5 + (80 * index) / targets.length}%`, restart(target)),
    ),
    slo: [
      { successRate: 0.5, unavailable: '4s', operations: { multicast: { lost: 0 } } },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '6s' },
    ],
    allowUndelivered: true,
  })
})

/** Of `redis-3`: 3. */
function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1))
}
