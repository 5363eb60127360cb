import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { TtlChurn } from '../../src/workloads/ttl-churn.ts'

// 200 registrations/s that live from 0.2 s to 1.6 s: some 180 are live at any time, and as many expire
// as are made. What has expired by Redis time is never listed and never sent to, and
// what is live is never left out.
test('ttl-churn: short lives under load', async ({ load, registry }) => {
  const churn = await TtlChurn.start(registry)

  const result = await load({
    operations: {
      register: churn.register(200),
      enumerate: churn.enumerate(40),
      multicast: churn.multicast(10),
    },
    arrivals: constant(250),
    duration: { short: '15s', full: '10m' },
  })

  expect(result).toMeetSlo({
    successRate: 0.99,
    response: { p95: '30ms' },
    operations: { register: { throughput: { min: 190 } } },
  })
  const { expiredYet, leftOut, expired, listed, delivered } = churn.findings
  expect(expiredYet).toEqual([])
  expect(leftOut).toEqual([])
  // The check had something to check.
  expect(Math.min(expired, listed, delivered)).toBeGreaterThan(1_000)
})
