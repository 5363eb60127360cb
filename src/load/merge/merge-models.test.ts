import { expect, test } from 'vitest'
import { closedModel } from '../testing/result-fixture.ts'
import { mergeModels } from './merge-models.ts'

test('merges shards of an open load into an open load', () => {
  expect(mergeModels([{ kind: 'open' }, { kind: 'open' }])).toEqual({ kind: 'open' })
})

test('merges shards of users into all users, without loss', () => {
  const denied = { code: 'DENIED', count: 1, sample: 'the first' }
  const setUp = { users: 10, ok: 9, failed: 1, timedOut: 0, notDone: 0, errors: [denied] }
  const merged = mergeModels([closedModel({ setUp }), closedModel({ setUp }), closedModel()])
  expect(merged).toMatchObject({
    kind: 'closed',
    users: 30,
    thinkTime: { label: 'exponential, mean 1s', meanMs: 1_000 },
    userTimeMs: 300_000,
    iterations: { started: 300, completed: 270, cutShort: 6, underWay: 24 },
    setUp: { users: 30, ok: 28, failed: 2, errors: [{ ...denied, count: 2 }] },
    tearDown: { users: 30, ok: 30 },
  })
  expect(merged.kind === 'closed' && merged.iterations.time.totalCount).toBe(3)
})
