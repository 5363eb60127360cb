import fc from 'fast-check'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { crc16, hashSlot, nodeOfSlot, SLOTS } from './hash-slot.ts'

test('the check value of CRC-16/XMODEM', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x31c3)
  expect(crc16(Buffer.from(''))).toBe(0)
})

test.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}.bar', 12_182],
  ['{user1000}.following', 3_443],
  ['{user1000}.followers', 3_443],
])('%s is in slot %d, as the specification or a server says', (key, slot) => {
  expect(hashSlot(key)).toBe(slot)
})

test.each([
  ['foo{}{bar}', 'foo{}{bar}'],
  ['foo{{bar}}zap', '{bar'],
  ['foo{bar}{zap}', 'bar'],
  ['foo{bar', 'foo{bar'],
])('the tag of %s is %s', (key, tag) => {
  expect(hashSlot(key)).toBe(crc16(Buffer.from(tag)) % SLOTS)
})

describe.skipIf(findProgram('redis-server') === undefined)('a Redis Cluster', () => {
  test('has the same slots', async () => {
    const server = await startRedisProgram({ extraArgs: ['--cluster-enabled', 'yes'] })
    const redis = new Redis(server.url)
    try {
      const keys = fc.sample(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), 100)
      const tagged = keys.flatMap((key, at) => [key, `{${key}}:${at}`, `a{${at}}${key}`])
      const readable = tagged.filter((text) => text.isWellFormed())
      const slots = await Promise.all(readable.map((key) => redis.cluster('KEYSLOT', key)))
      expect(readable.map(hashSlot)).toEqual(slots)
    } finally {
      redis.disconnect()
      await server.stop()
    }
  })
})

test('nodes divide all slots into ranges whose lengths differ by at most 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), (nodes) => {
      const nodeOf = Array.from({ length: SLOTS }, (_, slot) => nodeOfSlot(slot, nodes))
      expect(nodeOf).toEqual(nodeOf.toSorted((x, y) => x - y))
      expect(new Set(nodeOf).size).toBe(nodes)
      const lengths = new Uint32Array(nodes)
      for (const node of nodeOf) lengths[node] = (lengths[node] ?? 0) + 1
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 20 },
  )
})
