import { constant, counter, feed, test, trend } from '../../src/vitest/registry-test.ts'
import { registerRegions } from '../../src/workloads/regions.ts'

/** One region has twenty times as many identities as any other. */
const REGIONS = [
  { name: 'eu', identities: 2_000, size: 'large' },
  { name: 'us', identities: 100, size: 'small' },
  { name: 'asia', identities: 100, size: 'small' },
  { name: 'africa', identities: 100, size: 'small' },
] as const

// Each request lists one region, drawn by the random seed. Does the large region slow down the small ones?
test('regions: lists of small and large ones', async ({ load, registry, shard }) => {
  await registerRegions(registry, REGIONS, shard)

  await load({
    operations: {
      list: async ({ data: region, signal, tag, check, metrics }) => {
        tag('size', region.size)
        const filter = { region: region.name, status: 'online' }
        const { registrations } = await registry.enumerate(filter, { signal })
        check(
          'only of the region',
          registrations.every(({ metadata }) => metadata?.['region'] === region.name),
        )
        check('all of the region', registrations.length === region.identities / 2)
        metrics.listed.add(registrations.length)
        metrics.listLength.record(registrations.length)
      },
    },
    data: feed(REGIONS, 'shuffled'),
    tags: { size: ['small', 'large'] },
    metrics: { listed: counter('identities'), listLength: trend('identities', { resolution: 1 }) },
    arrivals: constant(100),
    shard,
    duration: { short: '10s', full: '10m' },
    slo: {
      successRate: 0.99,
      checks: { 'only of the region': { min: 1 }, 'all of the region': { min: 1 } },
      tags: {
        size: { small: { response: { p95: '8ms' } }, large: { response: { p95: '20ms' } } },
      },
      metrics: { listed: { perSecond: { min: 25_000 } } },
    },
  })
})
