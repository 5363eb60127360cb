import { expect, expectTypeOf, test } from 'vitest'
import type { LoadResult } from '../load/result.ts'
import type { LoadRequest, Operation } from '../load/workload.ts'
import { constant, counter, feed, gauge, trend, users, type LoadFixture } from './load-test.ts'

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

test('a step has the rows, tags and metrics of its load, and the state of its user, by type', async () => {
  await load({
    users: users(2, { thinkTime: '1s' }),
    duration: '1s',
    session: {
      setUp: ({ user }) => ({ name: `user ${user}` }),
      steps: {
        visit: async ({ data, state, tag, metrics }) => {
          expectTypeOf(data).toEqualTypeOf<number>()
          expectTypeOf(state).toEqualTypeOf<{ name: string }>()
          tag('cache', 'hit')
          // @ts-expect-error not a value of this tag
          tag('cache', 'his')
          metrics.bytes.add(data)
        },
        any: any.run,
      },
    },
    data: feed([1, 2], 'sequential'),
    tags: { cache: ['hit', 'miss'] },
    metrics: { bytes: counter('bytes') },
  })
})

test('a request without a feed has no row, by type', async () => {
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

test('a step has the state that setUp makes, and the rows, tags and metrics of its load, by type', async () => {
  const result = load({
    users: users(2, { thinkTime: '1s' }),
    duration: '1s',
    session: {
      setUp: async ({ user }) => ({ name: `user ${user}`, token: '' }),
      steps: {
        any,
        typed: async ({ state, user, iteration, data, tag, metrics }) => {
          expectTypeOf(state).toEqualTypeOf<{ name: string; token: string }>()
          expectTypeOf([user, iteration]).toEqualTypeOf<number[]>()
          expectTypeOf(data).toEqualTypeOf<{ page: string }>()
          state.token = state.name
          // @ts-expect-error setUp makes no such thing
          state.tokens = state.name
          tag('cache', 'hit')
          // @ts-expect-error not a value of this tag
          tag('cache', 'eu')
          metrics.bytes.add(1)
        },
        counted: {
          run: async ({ state }) => {
            expectTypeOf(state).toEqualTypeOf<{ name: string; token: string }>()
          },
        },
      },
      tearDown: ({ state }) => {
        expectTypeOf(state).toEqualTypeOf<{ name: string; token: string }>()
      },
    },
    data: feed([{ page: '/' }], 'shuffled'),
    tags: { cache: ['hit', 'miss'] },
    metrics: { bytes: counter('bytes') },
  })
  expectTypeOf(result).resolves.toEqualTypeOf<LoadResult>()
})

test('a user without setUp has no state, by type', async () => {
  await load({
    users: users(2, { thinkTime: '1s' }),
    duration: '1s',
    session: {
      steps: {
        any,
        typed: async ({ state }) => {
          expectTypeOf(state).toEqualTypeOf<undefined>()
        },
      },
    },
  })
})
