import { constant, counter, feed, gauge, test, trend } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

// Everything that a request can read and write. Every fifth of its 50 rows is cached.
test('noted', async ({ load, shard }) => {
  const rows = Array.from({ length: 50 }, (_, id) => ({ id, isCached: id % 5 === 0 }))
  await load({
    operations: {
      read: async ({ number, data, tag, check, metrics }) => {
        tag('cache', data.isCached ? 'hit' : 'miss')
        check('has a row', data.id >= 0)
        check('is cached', data.isCached)
        metrics.bytes.add(100)
        metrics.depth.set(data.id)
        metrics.steps.record(number % 5)
        if (number % 50 === 7) metrics.steps.record(Number.NaN)
      },
    },
    data: feed(rows, 'shuffled'),
    tags: { cache: ['hit', 'miss'] },
    metrics: { bytes: counter('bytes'), depth: gauge(), steps: trend('steps') },
    arrivals: constant(100),
    duration: '1s',
    warmUp: '500ms',
    shard,
    verdict: UNTIMED,
    slo: {
      checks: { 'has a row': { min: 1 }, 'is cached': { min: 0.2 } },
      tags: { cache: { hit: { successRate: 1 }, miss: { response: { p95: '4s' } } } },
      metrics: {
        bytes: { total: { min: 10_000, max: 10_000 } },
        depth: { value: { min: 0, max: 49 } },
        steps: { p50: 3 },
      },
    },
  })
})
