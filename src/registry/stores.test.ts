import { randomUUID } from 'node:crypto'
import { describe, inject, test } from 'vitest'
import { MemoryStore } from './memory/memory-store.ts'
import { connectRedisStore } from './redis/redis-store.ts'
import { describeStoreContract } from './testing/store.contract.ts'

describeStoreContract('The memory store', { isShared: false }, () => ({
  open: async (options) => new MemoryStore(options),
}))

const backends = inject('backends')

if (backends.kind === 'memory') {
  describe('The Redis store', () => {
    test('fulfils the contract of stores', ({ skip }) =>
      skip(`needs a Redis server. ${backends.notice}`))
  })
} else {
  const url = backends.redisUrl
  for (const strategy of ['replica', 'scan'] as const) {
    describeStoreContract(`The Redis store, by ${strategy}`, { isShared: true }, () => {
      const namespace = `test-${randomUUID()}`
      return {
        open: (options) => connectRedisStore({ url, namespace, strategy, ...options }),
      }
    })
  }
}
