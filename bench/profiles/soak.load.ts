import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { population } from '../../src/workloads/population.ts'
import { renderSoakTrends, soakTrends } from '../../src/workloads/soak-trends.ts'
import { SoakWatch } from '../../src/workloads/soak-watch.ts'

// Memory, open files and times must not grow. The full profile takes an hour.
test('soak', async ({ load, registry, subscribers, backends, annotate }) => {
  const operations = await population(registry, subscribers)
  const watch = await SoakWatch.start(registry, subscribers, backends)
  const result = await load({
    operations: watch.noting(operations),
    metrics: watch.metrics,
    arrivals: constant(100),
    duration: { short: '20s', full: '60m' },
  })
  const trends = soakTrends(result, await watch.stop())
  await annotate(renderSoakTrends(trends))

  expect(result).toMeetSlo({
    successRate: 0.999,
    response: { p95: '20ms' },
    operations: { multicast: { delivery: { rate: 0.999 } } },
  })
  expect(trends.filter(({ isRising }) => isRising)).toEqual([])
})
