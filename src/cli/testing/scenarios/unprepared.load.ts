import { constant, test } from '../../../vitest/registry-test.ts'

// The preparation of the last shard fails.
test('unprepared', async ({ load, shard }) => {
  if (shard.index + 1 === shard.of) throw new Error('its data is missing')
  await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '1s',
    warmUp: '0s',
    shard,
  })
})
