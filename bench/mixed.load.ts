import { constant, expect, numbersIn, test } from '../src/vitest/registry-test.ts'
import { enumerate } from '../src/workloads/enumerate.ts'
import { mixed } from '../src/workloads/mixed.ts'
import { multicast } from '../src/workloads/multicast.ts'
import { loadTestIdentity, register } from '../src/workloads/register.ts'

const RATE = 100
/** All requests of the original's 300 s and the warm-up: the maximum number of registrations. */
const MAX_IDENTITIES = RATE * 302

// Scenario 4 of the original: all operations concurrently, on a growing registry.
test('mixed: production-like', async ({ load, registry, subscribers, shard }) => {
  await subscribers.host(numbersIn(shard, MAX_IDENTITIES).map(loadTestIdentity))

  const result = await load({
    operations: mixed(
      {
        register: register(registry, { gateway: subscribers.gateway }),
        enumerate: enumerate(registry),
        multicast: multicast(registry, subscribers, { shard }),
      },
      { register: 60, enumerate: 30, multicast: 10 },
    ),
    arrivals: constant(RATE),
    shard,
    duration: { short: '10s', long: '300s' },
  })

  // The original expects about 60, 30 and 10 per second; allows a fifth more or less.
  expect(result).toMeetSlo({
    successRate: 0.99,
    operations: {
      register: { throughput: { min: 48, max: 72 }, response: { p95: '10ms' } },
      enumerate: { throughput: { min: 24, max: 36 }, response: { p95: '8ms' } },
      multicast: { throughput: { min: 8, max: 12 }, response: { p95: '30ms' } },
    },
  })
})
