import { expect, test } from 'vitest'
import { RecentDeliveries } from './recent-deliveries.ts'
import { heldBytes } from './testing/held-bytes.ts'

test('remembers pairs of message and identity', () => {
  const recent = new RecentDeliveries(10)
  recent.set('m1', 'a', true)
  expect(recent.get('m1', 'a')).toBe(true)
  expect(recent.get('m1', 'b')).toBeUndefined()
  expect(recent.get('m2', 'a')).toBeUndefined()
})

test('forgets the oldest messages first and holds no more than its capacity', () => {
  const recent = new RecentDeliveries(100)
  for (let n = 0; n < 1_000; n += 1) recent.set(`m${n}`, `user-${n % 7}`, true)
  expect(recent.size).toBe(100)
  expect(recent.get('m999', `user-${999 % 7}`)).toBe(true)
  expect(recent.get('m899', `user-${899 % 7}`)).toBeUndefined()
})

test('forgets a removed pair', () => {
  const recent = new RecentDeliveries(10)
  recent.set('m1', 'a', true)
  recent.set('m1', 'a', true)
  expect(recent.size).toBe(1)
  recent.delete('m1', 'a')
  recent.delete('m1', 'a')
  expect(recent.size).toBe(0)
  expect(recent.get('m1', 'a')).toBeUndefined()
})

test('does not retain the messages that ids and identities were cut from', () => {
  const recent = new RecentDeliveries(1_000)
  const before = heldBytes()
  for (let n = 0; n < 100; n += 1) {
    const text = Buffer.from(`message-${1_000 + n}\nidentity-${n}\n${'x'.repeat(1_000_000)}`)
    const [id = '', identity = ''] = text.toString().split('\n')
    recent.set(id, identity, true)
    recent.set(id, identity, true)
  }
  expect(recent.size).toBe(100)
  expect(heldBytes() - before).toBeLessThan(30_000_000)
})
