import { expect, ramp, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

// Do the bounds hold while the rate grows from 100/s to ten times that?
test('ramp: 100/s to 1,000/s', async ({ load, registry, subscribers, profile, shard }) => {
  const duration = profile.durationOf({ short: '15s', full: '9m' })

  const result = await load({
    operations: await population(registry, subscribers, 1_000, { shard }),
    arrivals: ramp(100, 1_000, duration),
    shard,
    duration,
  })

  expect(result).toMeetSlo({
    successRate: 0.99,
    throughput: { min: 530 },
    response: { p95: '20ms' },
    operations: {
      multicast: { completion: { p95: '30ms' }, delivery: { rate: 0.98 } },
    },
  })
})
