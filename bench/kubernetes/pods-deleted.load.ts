import type { LoadRequest } from '../../src/load/workload.ts'
import type { Filter } from '../../src/registry/filter/filter.ts'
import { at, constant, numbersIn, test } from '../../src/vitest/registry-test.ts'
import { enumerate } from '../../src/workloads/enumerate.ts'
import { mixed } from '../../src/workloads/mixed.ts'
import { multicast } from '../../src/workloads/multicast.ts'
import { loadTestIdentity, register, registerMany } from '../../src/workloads/register.ts'
import { drawsOf } from '../../src/workloads/request-draws.ts'
import { outageOf } from './outage.ts'

const RATE = 100
/** All requests of ten minutes, and those before the load: the maximum number of registrations. */
const MAX_IDENTITIES = RATE * 602

/** The names that deploy/kubernetes/ gives the servers' pods. */
const REDIS = [0, 1, 2, 3, 4, 5].map((n) => ({ host: `redis-${n}.redis-nodes`, port: 6_379 }))
const NATS = [0, 1, 2].map((n) => ({ host: `nats-${n}.nats-nodes`, port: 4_222 }))

function oneHundredth({ number }: LoadRequest): Filter {
  return { worker_id: drawsOf(number)(100) }
}

// What happens when pods go that serve a load. It only watches: delete a pod of Redis early, and one of NATS in the
// second half, as `npm run walk-through:kubernetes` does. A pod that is deleted hands over before it ends, so that no
// registration may be lost.
test('pods deleted', async ({ load, registry, subscribers, ledger, shard }) => {
  const { gateway } = subscribers
  await subscribers.host(numbersIn(shard, MAX_IDENTITIES).map(loadTestIdentity))
  await registerMany(registry, 100, { gateway, ledger, shard })

  await load({
    operations: mixed(
      {
        register: register(registry, { gateway, ledger }),
        enumerate: enumerate(registry, oneHundredth),
        multicast: multicast(registry, subscribers, { shard, filter: oneHundredth }),
      },
      { register: 60, enumerate: 30, multicast: 10 },
    ),
    arrivals: constant(RATE),
    duration: { short: '60s', full: '10m' },
    shard,
    faults: [
      at('5%', outageOf('a Redis pod is deleted', REDIS)),
      at('45%', outageOf('a NATS pod is deleted', NATS)),
    ],
    slo: [
      // A handover takes half a second, of which requests fail that are under way; 1 % of a minute's requests at most. A
      // small cluster shares its cores with all pods that start and end meanwhile: hence several times as much.
      { successRate: 0.95, unavailable: '3s', operations: { register: { lost: 0 } } },
      { every: '1s', successRate: 0.99, recovery: '6s' },
    ],
    // Multicasts are sent at most once: those to a node that goes are lost.
    allowUndelivered: true,
  })
})
