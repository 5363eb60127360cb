import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue, Registration } from '../registration.ts'
import { firstInOrder } from './first-in-order.ts'
import { sortOrderOf } from './sort-order.ts'

const order = sortOrderOf('metadata.value', 'ascending')
if (order === null) throw new Error('not sorted')

test('the first in order equal the start of a full sort, for any count', async () => {
  const value = fc.oneof(fc.nat(50), fc.constantFrom('x', 'y'.repeat(20_000), 'y'.repeat(20_001)))
  const values = fc.array(value, { minLength: 0, maxLength: 3_000, size: 'max' })
  await fc.assert(
    fc.asyncProperty(values, fc.nat(4_000), async (all, count) => {
      const registrations = all.map(registrationOf)
      const sorted = registrations
        .map(order.entryOf)
        .toSorted(order.compare)
        .map(({ registration }) => registration)
      const first = await firstInOrder(registrations, order, count + 1)
      expect(first).toEqual(sorted.slice(0, count + 1))
    }),
    { numRuns: 30 },
  )
})

test('the value of each registration is read once', async () => {
  let reads = 0
  const counting = {
    ...order,
    entryOf: (registration: Registration) => {
      reads += 1
      return order.entryOf(registration)
    },
  }
  const registrations = Array.from({ length: 2_000 }, (_, n) => registrationOf([n % 7], n))
  await firstInOrder(registrations, counting, 10)
  expect(reads).toBe(2_000)
})

test('sorting many large values yields to the event loop', async () => {
  const large = Array.from({ length: 1_000 }, (_, n) => 'v' + n)
  const registrations = Array.from({ length: 500 }, (_, n) => registrationOf([...large, n], n))
  let turns = 0
  let isSorting = true
  const count = (): void => {
    turns += 1
    if (isSorting) setImmediate(count)
  }
  setImmediate(count)
  await firstInOrder(registrations, order, Infinity)
  isSorting = false
  expect(turns).toBeGreaterThan(1)
})

function registrationOf(value: JsonValue, n: number): Registration {
  const identity = `user-${n}`
  return { identity, metadata: { value }, registeredAt: 0, expiresAt: null, gateway: null }
}
