import { constant, expect, numbersIn, test } from '../src/vitest/registry-test.ts'
import { multicast } from '../src/workloads/multicast.ts'
import { loadTestIdentity, registerMany } from '../src/workloads/register.ts'
import { requireTargets } from '../src/workloads/require-targets.ts'

const IDENTITIES = 500

// Scenario 3 of the original. It registers 500 identities, sends to all of them, and requires less than
// 50 ms for 100 targets. Here the bound is 50 ms for all 500, until the last one has its message.
test('multicast: fan-out to 500', async ({ load, registry, subscribers, shard }) => {
  await subscribers.host(numbersIn(shard, IDENTITIES).map(loadTestIdentity))
  await registerMany(registry, IDENTITIES, { gateway: subscribers.gateway, shard })

  const result = await load({
    operations: { multicast: multicast(requireTargets(registry), subscribers, { shard }) },
    arrivals: constant(50),
    shard,
    duration: { short: '10s', long: '60s' },
  })

  expect(result).toMeetSlo({
    response: { p95: '50ms' },
    completion: { p95: '50ms' },
    delivery: { rate: 0.98 },
    throughput: { min: 40, max: 50 },
  })
})
