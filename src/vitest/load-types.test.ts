import { expect, expectTypeOf, test } from 'vitest'
import type { LoadResult } from '../load/result.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import { constant, counter, feed, gauge, trend, type LoadFixture } from './load-test.ts'

/** Measures nothing. */
const load = ((of) => Promise.resolve(of)) as (of: unknown) => unknown as LoadFixture

const common = { arrivals: constant(10), duration: '1s' } as const
/** An operation of no load in particular. */
const any: Operation = { run: async ({ number }: LoadRequest) => number }

test('a request has the rows, tags and metrics that its load declares, by type', async () => {
  const result = load({
    ...common,
    operations: {
      any,
      typed: async ({ data, tag, metrics, check }) => {
        expectTypeOf(data).toEqualTypeOf<{ name: string }>()
        tag('cache', 'hit')
        // @ts-expect-error not a value of this tag
        tag('cache', 'eu')
        // @ts-expect-error not a tag
        tag('cash', 'hit')
        metrics.bytes.add(1)
        metrics.depth.set(-1)
        metrics.ttfb.record(0.5)
        // @ts-expect-error a counter is not set
        metrics.bytes.set(1)
        // @ts-expect-error not a metric
        void metrics.byte
        // @ts-expect-error a promise is no condition
        check('sent', Promise.resolve(true))
        return check('has a name', data.name !== '')
      },
    },
    data: feed([{ name: 'a' }], 'shuffled'),
    tags: { cache: ['hit', 'miss'], region: ['eu', 'us'] },
    metrics: { bytes: counter('bytes'), depth: gauge(), ttfb: trend('ms') },
  })
  expectTypeOf(result).resolves.toEqualTypeOf<LoadResult>()
})

test('without a feed there is no row, by type', async () => {
  await load({
    ...common,
    operations: {
      any,
      typed: async ({ data, tag }) => {
        expectTypeOf(data).toEqualTypeOf<undefined>()
        // @ts-expect-error there is no tag
        tag('cache', 'hit')
      },
    },
  })
  expect(any).toBeDefined()
})
