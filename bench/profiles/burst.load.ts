import { burst, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'

const SHORT = { rate: 500, for: '1s', every: '6s' } as const
const FULL = { rate: 500, for: '10s', every: '60s' } as const

// Repeated jumps from zero to 500/s: every burst must meet the same bounds.
test('burst: 500/s, a sixth of the time', async ({
  load,
  registry,
  subscribers,
  profile,
  shard,
}) => {
  const pattern = profile.name === 'full' ? FULL : SHORT

  await load({
    operations: await population(registry, subscribers, 1_000, { shard }),
    arrivals: burst(pattern),
    shard,
    duration: { short: '18s', full: '10m' },
    slo: [
      {
        successRate: 0.99,
        response: { p95: '20ms' },
        operations: { multicast: { delivery: { rate: 0.98 } } },
      },
      { every: pattern.every, successRate: 0.99, response: { p95: '50ms' } },
    ],
  })
})
