import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { TtlChurn } from '../../src/workloads/ttl-churn.ts'

// 200 registrations/s that live for 0.2 to 1.6 s: about 180 are live at any time, and as many expire
// as are made. Registrations that have expired by Redis time must never be listed or sent to, and
// live ones must never be left out.
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
  // Ensures that the check covered enough registrations.
  expect(Math.min(expired, listed, delivered)).toBeGreaterThan(1_000)
})
