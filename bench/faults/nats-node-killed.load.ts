import { at, constant, kill, restart, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// Registrations and lists don't need NATS, and go on. A server alone is away until it runs again, 2 s later, and clients
// try to connect every 2 s; in a cluster, they move to the others, which elect a new leader of the stream after 4 to 9 s:
// until then, messages wait, and those that wait for longer than 5 s are a TIMEOUT, which promises nothing. What was
// promised exactly once is in JetStream's files, or on two more servers.
test('NATS node killed', async ({ load, registry, gateway, ledger, nats, shard }) => {
  await load({
    operations: await population(registry, gateway, 1_000, {
      ledger,
      delivery: 'exactly-once',
      shard,
    }),
    arrivals: constant(200),
    shard,
    duration: { short: '25s', full: '60s' },
    faults: [at('1s', kill(nats.leaderOf(registry))), at('3s', restart(nats.leaderOf(registry)))],
    slo: [
      {
        successRate: 0.9,
        unavailable: '1s',
        lost: 0,
        operations: { register: { successRate: 0.99 } },
      },
      { every: '1s', successRate: 0.99, response: { p95: '100ms' }, recovery: '15s' },
    ],
    allowUndelivered: true,
  })
})
