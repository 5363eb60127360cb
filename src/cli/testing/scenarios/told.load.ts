import { constant, expect, numbersIn, test } from '../../../vitest/registry-test.ts'
import { enumerate } from '../../../workloads/enumerate.ts'
import { multicast } from '../../../workloads/multicast.ts'
import { loadTestIdentity, registerMany } from '../../../workloads/register.ts'
import { UNTIMED } from './untimed.ts'

const RECEIVERS = 5

// Can be sharded. Has every kind of metric and of span: requests to register fail if their numbers end in 3, some hold
// up the generator or the receivers, one bound is met, and one is missed.
test('told', async ({ load, registry, subscribers, shard }) => {
  await subscribers.host(numbersIn(shard, RECEIVERS).map(loadTestIdentity))
  await registerMany(registry, RECEIVERS, { gateway: subscribers.gateway, shard })
  const result = await load({
    operations: {
      register: async ({ number }) => {
        await registry.register(`deaf-${number}`, {})
        if (number % 50 === 9) block(60)
        if (number % 50 === 19) hold(subscribers.pid, 60)
        if (number % 10 === 3) throw new Error('refused')
      },
      enumerate: enumerate(registry),
      multicast: multicast(registry, subscribers, { shard, filter: { loadtest: true } }),
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

function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

function hold(pid: number, ms: number): void {
  process.kill(pid, 'SIGSTOP')
  setTimeout(() => process.kill(pid, 'SIGCONT'), ms)
}
