import { constant, expect, test } from '../../../vitest/registry-test.ts'

// Can be sharded. Requests fail if their numbers end in 3.
test('sharded', async ({ load, shard, testbed }) => {
  const { registry } = testbed
  const result = await load({
    operations: {
      register: async ({ number }) => {
        await registry.register(`identity-${number}`, {})
        if (number % 10 === 3) throw new Error('refused')
      },
      enumerate: () => registry.enumerate({}),
    },
    arrivals: constant(100),
    duration: '1s',
    warmUp: '150ms',
    shard,
  })
  expect(result).toMeetSlo({ throughput: { min: 60 }, successRate: 0.8 })
})
