import { multicast } from '../../../workloads/multicast.ts'
import { constant, test } from '../../../vitest/registry-test.ts'

test('permitted', async ({ load, registry, subscribers }) => {
  await registry.register('deaf', {})
  await load({
    operations: {
      send: multicast(registry, subscribers),
      refuse: () => Promise.reject(new Error('refused')),
    },
    arrivals: constant(50),
    duration: '200ms',
    warmUp: '0s',
    allowFailures: true,
    allowUndelivered: true,
    // A busy machine may start few requests in time, which is not tested here.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
})
