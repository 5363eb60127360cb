import { constant, expect, test } from '../src/vitest/registry-test.ts'
import { enumerate } from '../src/workloads/enumerate.ts'
import { registerMany } from '../src/workloads/register.ts'
import { requireTargets } from '../src/workloads/require-targets.ts'

// Scenario 2 of the original: lists 1,000 identities that are registered beforehand.
test('enumerate: 1,000 identities', async ({ load, registry, shard }) => {
  await registerMany(registry, 1_000, { shard })

  const result = await load({
    operations: { enumerate: enumerate(requireTargets(registry), { status: 'online' }) },
    arrivals: constant(100),
    shard,
    duration: { short: '10s', long: '60s' },
  })

  expect(result).toMeetSlo({
    response: { p95: '5ms' },
    throughput: { min: 80, max: 100 },
  })
})
