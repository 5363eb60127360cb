import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenPairs } from './seen-pairs.ts'

test('reports each pair as new once and as a duplicate afterwards, in any order', () => {
  const pairs = fc.array(fc.tuple(fc.nat(20), fc.nat(200)), { maxLength: 300 })
  fc.assert(
    fc.property(pairs, (arrivals) => {
      const seen = new SeenPairs()
      const messages = new Set<number>()
      const told = new Set<string>()
      for (const [message, identity] of arrivals) {
        const key = `${message} ${identity}`
        const first = messages.has(message) ? 'new pair' : 'new message'
        expect(seen.add(`m${message}`, identity)).toBe(told.has(key) ? 'duplicate' : first)
        messages.add(message)
        told.add(key)
      }
    }),
  )
})

test('forgets the oldest messages first', () => {
  const seen = new SeenPairs(2)
  for (const message of ['a', 'b', 'c']) expect(seen.add(message, 0)).toBe('new message')
  expect(seen.add('c', 0)).toBe('duplicate')
  expect(seen.add('b', 0)).toBe('duplicate')
  expect(seen.add('a', 0)).toBe('new message')
})

test('remembers fewer messages with many identities, but always the latest', () => {
  const seen = new SeenPairs(100, 10)
  for (const message of ['a', 'b']) expect(seen.add(message, 255)).toBe('new message')
  expect(seen.add('b', 255)).toBe('duplicate')
  expect(seen.add('a', 255)).toBe('new message')
  expect(seen.add('c', 10_000)).toBe('new message')
  expect(seen.add('c', 10_000)).toBe('duplicate')
})
