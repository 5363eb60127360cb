import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import type { RegistryStore } from '../store.ts'
import { Warnings } from '../warnings.ts'
import { nextOf, watch } from '../testing/open-watch.ts'
import { connectRedis } from './connect-redis.ts'
import { Evictions } from './evictions.ts'
import { keysOf } from './keys.ts'
import { Replica } from './replica.ts'
import { openStore } from './testing/open-store.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('A replica (needs redis-server on the PATH)', () => {
  const own = redisOfTests()

  beforeEach(() => own.redis.flushall())

  test('blocks no call while it loads slowly, and the next call finds more progress', async () => {
    const count = 20_000
    await registerMany(await openStore(own.server.url), count)
    const reader = await openStore(own.server.url, { loadTimeoutMs: 1 })
    const loaded: number[] = []
    const select = async () => {
      try {
        return (await reader.select(everything)).length
      } catch (error) {
        expect(error).toMatchObject({ name: 'RegistryError', code: 'UNAVAILABLE' })
        const soFar = /still loading: ([\d,]+) registrations/.exec(String(error))?.[1]
        loaded.push(Number((soFar ?? '').replaceAll(',', '')))
        return 'loading'
      }
    }
    await expect.poll(select, { interval: 1, timeout: 30_000 }).toBe(count)
    expect(loaded.length).toBeGreaterThan(1)
    expect(loaded).toEqual(loaded.toSorted((a, b) => a - b))
    expect(loaded.at(-1)).toBeGreaterThan(0)
  })

  test('delays a watch until it is loaded', async () => {
    const count = 5000
    await registerMany(await openStore(own.server.url), count)
    const reader = await openStore(own.server.url, { loadTimeoutMs: 1 })
    const events = watch(reader)
    const joined = new Set<string>()
    for (;;) {
      const event = await nextOf(events)
      if (event.type === 'joined') joined.add(event.registration.identity)
      if (event.type === 'current') break
    }
    expect(joined.size).toBe(count)
    await events.return?.()
  })

  test('keeps nothing open if its store closes while it loads', async () => {
    await registerMany(await openStore(own.server.url), 5000)
    const reader = await openStore(own.server.url, { loadTimeoutMs: 1 })
    await expect(reader.select(everything)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await reader.close()
    await expect(reader.select(everything)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('keeps reading between calls while in use', async () => {
    const connection = await connectRedis(own.server.url)
    onTestFinished(() => connection.close())
    const warnings = new Warnings(() => {})
    const replica = new Replica(connection, {
      keys: keysOf('test'),
      warnings,
      evictions: new Evictions(warnings, connection.name),
      logCap: 100,
      maxWaitMs: 10_000,
      newMark: () => `mark${performance.now()}`.replace('.', '-'),
    })
    onTestFinished(() => replica.close())
    const writer = await openStore(own.server.url, { logCap: 100 })
    await writer.register(request('alice'))
    await replica.catchUp()
    for (let round = 0; round < 2; round += 1) {
      const metadata = { round }
      await registerMany(writer, 1000, metadata)
      await writer.register(request('last', { metadata, replace: true }))
      await expect.poll(() => replica.get('last')?.metadata, { timeout: 20_000 }).toEqual(metadata)
    }
    expect(replica.size).toBe(1002)
  })
})

async function registerMany(store: RegistryStore, count: number, metadata = {}): Promise<void> {
  const lot = 500
  for (let from = 0; from < count; from += lot) {
    const registering = Array.from({ length: Math.min(lot, count - from) }, (_, n) =>
      store.register(request(`user-${from + n}`, { ttlMs: 600_000, replace: true, metadata })),
    )
    await Promise.all(registering)
  }
}
