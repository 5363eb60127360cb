import { constant, test } from '../../../vitest/registry-test.ts'

/** Every part of a registry in a fifth of a second: this process's, and the subscribers'. */
test('send', async ({ load, registry, subscribers }) => {
  await subscribers.host(['one'])
  await registry.register('one', {}, { gateway: subscribers.gateway })
  const payload = new Uint8Array(16)
  await load({
    operations: { send: () => registry.multicast({}, payload) },
    arrivals: constant(1_000),
    duration: '200ms',
    warmUp: '0s',
    // Whether a busy machine is punctual is of no matter here.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
})
