import { constant, expect, test } from '../src/vitest/registry-test.ts'
import { register } from '../src/workloads/register.ts'

// Scenario 1 of the original: registration alone.
test('register: registration baseline', async ({ load, registry, shard }) => {
  const result = await load({
    operations: { register: register(registry) },
    arrivals: constant(200),
    shard,
    duration: { short: '10s', long: '60s' },
  })

  expect(result).toMeetSlo({
    throughput: { min: 150, max: 200 },
    response: { p95: '10ms' },
    successRate: 0.99,
  })
})
