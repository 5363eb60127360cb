import { onTestFinished } from 'vitest'
import { attacks, beyondQuota } from '../../src/access/hostile/testing/attack-load.ts'
import { ATTACKER, VICTIM } from '../../src/access/hostile/testing/redis-attacks.ts'
import { startTenantServers } from '../../src/access/testing/tenant-servers.ts'
import { percentileMs } from '../../src/load/recording/histogram.ts'
import type { Operation } from '../../src/load/workload.ts'
import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { tenant } from '../../src/workloads/tenant.ts'

const QUIET = Array.from({ length: 9 }, (_, n) => `tenant ${n + 1}`)
/** Requests/s. */
const QUIET_RATE = 20
const NOISY_RATE = 320
const ATTACK_RATE = 100
/** Registrations/s of the hostile tenant, and what its quota allows. */
const GREEDY_RATE = 200
const QUOTA = { identities: 1_000, registrationsPerSecond: 20, multicastsPerSecond: 20 }

/** How much slower the others may be beside a hostile tenant than without it. */
const MOST_SLOWER = 3
/** Below this, in ms, it makes no difference. */
const SLOWER_FROM_MS = 5

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

// Nine tenants and a hostile one, each with users of its own, on servers of their own. First without the hostile one; then it attacks, and
// registers ten times as much as its quota allows. All attacks must be denied, and the others must keep the SLO that they have without it.
test('ten tenants with users of their own, one of them hostile', async ({ load }) => {
  const namespaces = [VICTIM, ...QUIET.slice(1).map((name) => name.replace(' ', '-'))]
  const servers = await startTenantServers({
    [ATTACKER]: QUOTA,
    ...Object.fromEntries(namespaces.map((name) => [name, null])),
  })
  onTestFinished(() => servers.stop())
  const quiet: Record<string, Operation> = {}
  for (const [at, namespace] of namespaces.entries()) {
    const registry = await servers.connect(namespace)
    onTestFinished(() => registry.close())
    quiet[QUIET[at] ?? ''] = await tenant(registry, 100, QUIET_RATE)
  }
  const hostile = await servers.connect(ATTACKER)
  onTestFinished(() => hostile.close())
  // Its gateway answers attacks that use it as a deputy.
  await hostile.subscribe('alice', () => {})
  const quietRate = QUIET.length * QUIET_RATE
  const duration = { short: '8s', long: '60s', full: '5m' } as const

  const slo = { successRate: 0.99, response: { p95: '20ms' } } as const
  const before = await load({
    operations: quiet,
    arrivals: constant(quietRate),
    duration,
    slo: { operations: Object.fromEntries(QUIET.map((name) => [name, slo])) },
  })
  const during = await load({
    operations: {
      ...quiet,
      attacks: attacks(servers, ATTACK_RATE),
      'beyond quota': beyondQuota(hostile, GREEDY_RATE),
    },
    arrivals: constant(quietRate + ATTACK_RATE + GREEDY_RATE),
    duration,
  })
  const slower = QUIET.map((name) => {
    const response = before.operations.get(name)?.response
    const p95 = (response === undefined ? null : percentileMs(response, 95)) ?? Infinity
    const most = Math.min(20, Math.max(MOST_SLOWER * p95, SLOWER_FROM_MS))
    return [name, { successRate: 0.99, response: { p95: `${most}ms` } }] as const
  })
  expect(during).toMeetSlo({
    operations: {
      ...Object.fromEntries(slower),
      attacks: { successRate: 1 },
      'beyond quota': { successRate: 1 },
    },
  })
})
