import { multicast } from '../../../workloads/multicast.ts'
import { constant, expect, test } from '../../../vitest/registry-test.ts'

test('undelivered', async ({ load, registry, subscribers }) => {
  await registry.register('deaf', {})
  const result = await load({
    operations: { send: multicast(registry, subscribers) },
    arrivals: constant(50),
    duration: '200ms',
    warmUp: '0s',
  })
  expect(result).toMeetSlo({ response: { p50: '1m' } })
})
