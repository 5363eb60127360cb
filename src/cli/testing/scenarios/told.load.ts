import { constant, expect, test } from '../../../vitest/registry-test.ts'
import { enumerate } from '../../../workloads/enumerate.ts'
import { multicast } from '../../../workloads/multicast.ts'
import { loadTestIdentity, register, registerMany } from '../../../workloads/register.ts'
import { UNTIMED } from './untimed.ts'

const RECEIVERS = 5

// Has every kind of metric. Requests to register fail if their numbers end in 3; one bound is met, and one is missed.
test('told', async ({ load, registry, subscribers, shard }) => {
  const receivers = Array.from({ length: RECEIVERS }, (_, n) => loadTestIdentity(n))
  await subscribers.host(receivers)
  await registerMany(registry, RECEIVERS, { gateway: subscribers.gateway, shard })
  const registering = register(registry, { gateway: subscribers.gateway })
  const result = await load({
    operations: {
      register: async (request) => {
        await registering.run({ ...request, number: request.number % RECEIVERS })
        if (request.number % 10 === 3) throw new Error('refused')
      },
      enumerate: enumerate(registry),
      multicast: multicast(registry, subscribers, { shard }),
    },
    arrivals: constant(90),
    duration: '2s',
    warmUp: '100ms',
    shard,
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({
    successRate: 0.5,
    operations: { register: { throughput: { min: 1_000 } } },
  })
})
