import type { Operation } from '../../src/load/workload.ts'
import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { tenant } from '../../src/workloads/tenant.ts'

const QUIET = Array.from({ length: 9 }, (_, n) => `tenant ${n + 1}`)
/** Requests/s. */
const QUIET_RATE = 20
const NOISY_RATE = 320

// Ten namespaces on one Redis and one NATS. One of them has twenty times the identities of
// any other, and sixteen times the requests: the others must still meet their SLO.
test('ten tenants, one of them noisy', async ({ load, openTestbed }) => {
  const operations: Record<string, Operation> = {}
  for (const name of QUIET) {
    const { registry } = await openTestbed(name)
    operations[name] = await tenant(registry, 100, QUIET_RATE)
  }
  const { registry } = await openTestbed('noisy tenant')
  operations['noisy tenant'] = await tenant(registry, 2_000, NOISY_RATE)

  const result = await load({
    operations,
    arrivals: constant(QUIET.length * QUIET_RATE + NOISY_RATE),
    duration: { short: '15s', full: '10m' },
  })

  const slo = { successRate: 0.99, response: { p95: '20ms' } } as const
  expect(result).toMeetSlo({
    operations: Object.fromEntries(QUIET.map((name) => [name, slo])),
  })
})
