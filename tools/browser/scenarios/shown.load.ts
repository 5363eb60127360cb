import { setTimeout } from 'node:timers/promises'
import { constant, expect, numbersIn, test } from '../../../src/vitest/registry-test.ts'
import { multicast } from '../../../src/workloads/multicast.ts'
import { loadTestIdentity, registerMany } from '../../../src/workloads/register.ts'
import { requireTargets } from '../../../src/workloads/require-targets.ts'
import { UNTIMED } from '../../../src/cli/testing/scenarios/untimed.ts'

// What a report can show: bounds met and missed, receipts, every kind of failure.

test('delivered', async ({ load, registry, subscribers, shard }) => {
  await subscribers.host(numbersIn(shard, 20).map(loadTestIdentity))
  await registerMany(registry, 20, { gateway: subscribers.gateway, shard })
  const result = await load({
    operations: { multicast: multicast(requireTargets(registry), subscribers, { shard }) },
    arrivals: constant(50),
    shard,
    duration: '3s',
    warmUp: '0s',
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({ delivery: { rate: 0.5 }, throughput: { min: 1 } })
})

test('too slow', async ({ load }) => {
  let asked = 0
  await load({
    operations: {
      answer: async ({ signal }) => {
        asked++
        if (asked % 40 === 0) throw new Error('refused <b>politely</b>')
        const ms = asked % 50 === 0 ? 5_000 : 20 + (asked % 7) * 10
        await setTimeout(ms, null, { signal })
      },
      quick: async () => {},
    },
    arrivals: constant(100),
    duration: '6s',
    warmUp: '0s',
    timeout: '300ms',
    gracePeriod: '1s',
    slo: { operations: { answer: { response: { p95: '15ms' } } } },
    verdict: UNTIMED,
  })
})
