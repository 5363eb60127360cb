import { expect, test } from 'vitest'
import { feed } from '../feed/feed.ts'
import { counter } from '../metrics/declare-metrics.ts'
import { generateUsers } from './generate-users.ts'
import { users } from './users.ts'

test('steps of users have rows, and write tags, checks and metrics, each by itself', async () => {
  const rows: number[] = []
  const result = await generateUsers({
    users: users(3, { thinkTime: '2ms' }),
    durationMs: 200,
    warmUpMs: 50,
    data: feed([1, 2, 3], 'sequential'),
    tags: { user: ['first', 'other'] },
    metrics: { visits: counter() },
    session: {
      steps: {
        visit: async ({ data, user, tag, check, metrics }) => {
          rows.push(data)
          tag('user', user === 0 ? 'first' : 'other')
          check('has a row', data > 0)
          metrics.visits.add()
        },
        leave: async () => {},
      },
    },
  })
  const visit = result.operations.get('visit') ?? expect.fail('no visits')
  const leave = result.operations.get('leave') ?? expect.fail('nobody left')
  const { ok } = visit.counts
  expect(ok).toBeGreaterThan(0)
  expect(new Set(rows)).toEqual(new Set([1, 2, 3]))
  expect(visit.checks).toEqual([{ name: 'has a row', passed: ok, failed: 0 }])
  expect(leave.checks).toEqual([])
  const [first, other, none] = visit.tags.map(({ counts }) => counts.ok)
  expect((first ?? 0) + (other ?? 0)).toBe(ok)
  expect(first).toBeGreaterThan(0)
  expect(none).toBe(0)
  expect(leave.tags.map(({ counts }) => counts.ok)).toEqual([0, 0, leave.counts.ok])
  expect(result.metrics).toMatchObject([{ name: 'visits', total: ok, invalid: 0 }])
})

test('a unique feed that is used up fails the requests that come after, by name', async () => {
  const result = await generateUsers({
    users: users(1, { thinkTime: '1ms' }),
    durationMs: 100,
    data: feed(['a', 'b', 'c'], 'unique'),
    session: { steps: { visit: async ({ data }) => data } },
  })
  const visit = result.operations.get('visit') ?? expect.fail('no visits')
  expect(visit.counts.ok).toBe(3)
  expect(visit.errors).toMatchObject([
    {
      code: 'FEED_EXHAUSTED',
      count: visit.counts.failed,
      sample: 'A unique feed of 3 rows has none for request 3.',
    },
  ])
})
