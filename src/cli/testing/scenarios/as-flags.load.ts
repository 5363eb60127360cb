import { mixed } from '../../../workloads/mixed.ts'
import { enumerate } from '../../../workloads/enumerate.ts'
import { multicast } from '../../../workloads/multicast.ts'
import { loadTestIdentity, register } from '../../../workloads/register.ts'
import { poisson, test } from '../../../vitest/registry-test.ts'

// The flags of loadtest.test.ts, as a scenario.
test('mixed', async ({ load, registry, subscribers, annotate }) => {
  await subscribers.host(Array.from({ length: 200 }, (_, n) => loadTestIdentity(n)))
  await load({
    operations: mixed(
      {
        register: register(registry, { gateway: subscribers.gateway }),
        enumerate: enumerate(registry),
        multicast: multicast(registry, subscribers),
      },
      { register: 60, enumerate: 30, multicast: 10 },
    ),
    arrivals: poisson(80, { seed: 7 }),
    seed: 7,
    warmUp: '500ms',
    duration: '1s',
    slo: { successRate: 0.5, operations: { multicast: { delivery: { rate: 0.5 } } } },
  })
  const { registrations } = await registry.enumerate()
  await annotate(registrations.map(({ identity }) => identity).join(' '))
})
