import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterFrom } from '../filter/filter.ts'
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

const registrations = fc
  .record({
    identity: fc.nat(30).map((n) => `user-${n}`),
    status: fc.constantFrom('online', 'away', 1, null, ['online'], undefined),
    room: fc.constantFrom(0, 1, 2, '1', undefined),
    expiresAt: fc.option(fc.nat(100), { nil: null }),
  })
  .map(({ identity, status, room, expiresAt }): Registration => ({
    identity,
    metadata: {
      ...(status === undefined ? {} : { status }),
      ...(room === undefined ? {} : { place: { room } }),
    },
    registeredAt: 0,
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
    }),
  },
)

test('an index answers as a list that is filtered and sorted would', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 200 }), (history) => {
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
            expect(index.expire(now)).toBe(true)
            for (const [identity, { expiresAt }] of model) {
              if (expiresAt !== null && expiresAt <= now) model.delete(identity)
            }
            const expected = [...model.values()]
              .filter(({ metadata }) => filter.matches(metadata))
              .sort((a, b) => (a.identity < b.identity ? -1 : 1))
            expect(index.select(filter)).toEqual(expected)
            expect(index.size).toBe(model.size)
          }
        }
      }
    }),
  )
})

test('a list handed out earlier does not change', () => {
  const index = new RegistrationIndex()
  const online = filterFrom({ status: 'online' })
  index.put(registration('a', 'online'))
  const before = index.select(online)
  index.put(registration('b', 'online'))
  index.remove('a')
  expect(before.map(({ identity }) => identity)).toEqual(['a'])
  expect(Object.isFrozen(before)).toBe(true)
  expect(index.select(online).map(({ identity }) => identity)).toEqual(['b'])
})

test('filters on ever other fields are all answered, though not every index is kept', () => {
  const index = new RegistrationIndex()
  const fields = Array.from({ length: 100 }, (_, n) => `field-${n}`)
  index.put({ ...registration('a', 'x'), metadata: Object.fromEntries(fields.map((f) => [f, 1])) })
  for (const field of [...fields, ...fields]) {
    expect(index.select(filterFrom({ [field]: 1 }))).toHaveLength(1)
  }
})

test('renewing the same few registrations for ever does not grow what is kept', () => {
  const index = new RegistrationIndex()
  let expiresAt = 1000
  for (let n = 0; n < 50_000; n += 1) {
    expiresAt += 1
    index.put({ ...registration(`user-${n % 10}`, 'online'), expiresAt })
  }
  expect(index.queuedExpiries).toBeLessThan(5000)
  expect(index.expire(expiresAt + 1)).toBe(true)
  expect(index.size).toBe(0)
  expect(index.queuedExpiries).toBe(0)
})

test('expires as much at a time as it is asked to', () => {
  const index = new RegistrationIndex()
  for (let n = 0; n < 25; n += 1) index.put({ ...registration(`user-${n}`, 'x'), expiresAt: n })
  expect([index.expire(100, 10), index.size]).toEqual([false, 15])
  expect([index.expire(100, 10), index.size]).toEqual([false, 5])
  expect([index.expire(100, 10), index.size]).toEqual([true, 0])
})

function registration(identity: string, status: string): Registration {
  return { identity, metadata: { status }, registeredAt: 0, expiresAt: null, gateway: null }
}
