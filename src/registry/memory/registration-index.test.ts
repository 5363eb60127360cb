import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { filterFrom } from '../filter/filter.ts'
import { sortOrderOf } from '../paging/sort-order.ts'
import type { Registration } from '../registration.ts'
import { RegistrationIndex } from './registration-index.ts'

const filters = [
  {},
  { status: 'online' },
  { 'place.room': 1 },
  { status: 'online', 'place.room': 2 },
  { status: 'away', 'place.room.gt': 0 },
  { 'status.in': ['online', null] },
  { status: null },
].map((filter) => filterFrom(filter))

const orders = [
  sortOrderOf('identity', 'ascending'),
  sortOrderOf('registeredAt', 'descending'),
  sortOrderOf('expiresAt', 'ascending'),
  sortOrderOf('metadata.place.room', 'ascending'),
]

const registrations = fc
  .record({
    identity: fc.nat(30).map((n) => `user-${n}`),
    status: fc.constantFrom('online', 'away', 1, null, ['online'], undefined),
    room: fc.constantFrom(0, 1, 2, '1', undefined),
    registeredAt: fc.nat(5),
    expiresAt: fc.option(fc.nat(100), { nil: null }),
  })
  .map(({ identity, status, room, registeredAt, expiresAt }): Registration => ({
    identity,
    metadata: {
      ...(status === undefined ? {} : { status }),
      ...(room === undefined ? {} : { place: { room } }),
    },
    registeredAt,
    expiresAt,
    gateway: null,
  }))

const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), it: registrations }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      identity: fc.nat(30).map((n) => `user-${n}`),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('select' as const),
      which: fc.nat(filters.length - 1),
      isPrepared: fc.boolean(),
      by: fc.nat(orders.length - 1),
    }),
  },
)

test('an index answers like a filtered and sorted list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 200 }), async (history) => {
      const index = new RegistrationIndex()
      const model = new Map<string, Registration>()
      let now = 0
      for (const step of history) {
        switch (step.kind) {
          case 'put':
            index.put(step.it)
            model.set(step.it.identity, step.it)
            break
          case 'remove':
            expect(index.remove(step.identity)).toBe(model.delete(step.identity))
            break
          case 'wait':
            now += step.ms
            break
          case 'select': {
            const filter = filters[step.which] ?? filterFrom({})
            const order = orders[step.by] ?? null
            if (step.isPrepared) await index.prepare(filter, order)
            expect(index.expire(now)).toBe(true)
            for (const [identity, { expiresAt }] of model) {
              if (expiresAt !== null && expiresAt <= now) model.delete(identity)
            }
            const expected = [...model.values()]
              .filter(({ metadata }) => filter.matches(metadata))
              .sort((a, b) => (a.identity < b.identity ? -1 : 1))
            expect(index.select(filter)).toEqual(expected)
            const view = await index.view(filter, order)
            expect([...view.matches]).toEqual(expected)
            expect(index.size).toBe(model.size)
            if (order === null || view.ordered === null) break
            const inOrder = [...model.values()]
              .map(order.entryOf)
              .sort(order.compare)
              .map(({ registration: each }) => each)
            expect([...view.ordered.skipping(0, order.order)]).toEqual(inOrder)
          }
        }
      }
    }),
  )
})

test('a loaded index contains all registrations put, including changes during the sort', async () => {
  const changes = fc.array(
    fc.oneof(
      registrations.map((it) => ({ kind: 'put' as const, it })),
      registrations.map((it) => ({ kind: 'remove' as const, it })),
    ),
    { maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(changes, changes, fc.nat(4), async (before, meanwhile, skipped) => {
      const index = RegistrationIndex.toLoad()
      const model = new Map<string, Registration>()
      const apply = ({ kind, it }: (typeof before)[number]): void => {
        if (kind === 'put') index.put(it)
        else expect(index.remove(it.identity)).toBe(model.has(it.identity))
        if (kind === 'put') model.set(it.identity, it)
        else model.delete(it.identity)
        expect(index.size).toBe(model.size)
      }
      // Enough that sorting them takes several pauses.
      for (let n = 0; n < 3_000; n += 1) {
        apply({ kind: 'put', it: registration(`user-${n % 30}-${n}`, 'x') })
      }
      for (const change of before) apply(change)
      const left = [...meanwhile]
      let [pauses, nowMs] = [0, 0]
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 10))
      await index.endLoading(async () => {
        pauses += 1
        if (pauses > skipped) for (const change of left.splice(0, 20)) apply(change)
      })
      clock.mockRestore()
      expect(pauses).toBeGreaterThan(3)
      for (const change of left) apply(change)
      const expected = [...model.values()].sort((a, b) => (a.identity < b.identity ? -1 : 1))
      expect(index.list()).toEqual(expected)
      const byExpiry = orders[2] ?? null
      const { ordered } = await index.view(filterFrom({}), byExpiry)
      expect(new Set(ordered?.skipping(0, 'ascending'))).toEqual(new Set(expected))
      expect(index.expire(100)).toBe(true)
      expect(index.list()).toEqual(expected.filter(({ expiresAt }) => expiresAt === null))
    }),
    { numRuns: 20 },
  )
})

test('a list does not change after it was returned', async () => {
  const index = new RegistrationIndex()
  const online = filterFrom({ status: 'online' })
  index.put(registration('a', 'online'))
  await index.prepare(online)
  const before = index.select(online)
  index.put(registration('b', 'online'))
  index.remove('a')
  expect(before.map(({ identity }) => identity)).toEqual(['a'])
  expect(Object.isFrozen(before)).toBe(true)
  expect(index.select(online).map(({ identity }) => identity)).toEqual(['b'])
})

test('filters on ever-changing fields are answered, although not every index is kept', async () => {
  const index = new RegistrationIndex()
  const fields = Array.from({ length: 100 }, (_, n) => `field-${n}`)
  index.put({ ...registration('a', 'x'), metadata: Object.fromEntries(fields.map((f) => [f, 1])) })
  for (const field of [...fields, ...fields]) {
    await index.prepare(filterFrom({ [field]: 1 }))
    expect(index.select(filterFrom({ [field]: 1 }))).toHaveLength(1)
  }
})

test('renewing the same registrations repeatedly does not use more memory', () => {
  const index = new RegistrationIndex()
  let expiresAt = 1000
  for (let n = 0; n < 50_000; n += 1) {
    expiresAt += 1
    index.put({ ...registration(`user-${n % 10}`, 'online'), expiresAt })
  }
  expect(index.expire(expiresAt + 1)).toBe(true)
  expect(index.size).toBe(0)
  expect(index.nextExpiry).toBeNull()
})

test('expires at most the requested number at a time', () => {
  const index = new RegistrationIndex()
  for (let n = 0; n < 25; n += 1) index.put({ ...registration(`user-${n}`, 'x'), expiresAt: n })
  expect([index.expire(100, 10), index.size]).toEqual([false, 15])
  expect([index.expire(100, 10), index.size]).toEqual([false, 5])
  expect([index.expire(100, 10), index.size]).toEqual([true, 0])
})

function registration(identity: string, status: string): Registration {
  return { identity, metadata: { status }, registeredAt: 0, expiresAt: null, gateway: null }
}
