import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedis } from './connect-redis.ts'
import { keysOf } from './keys.ts'
import { LoadPermits } from './load-permits.ts'
import { openStore } from './testing/open-store.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'

const keys = keysOf('test')

describe.runIf(findProgram('redis-server') !== undefined)(
  'Permits to load (need redis-server on the PATH)',
  () => {
    const own = redisOfTests()

    beforeEach(() => own.redis.flushall())

    test('are held by a few readers at a time, and every reader gets one', async () => {
      const connection = await connectRedis(own.server.url)
      onTestFinished(() => connection.close())
      let held = 0
      let mostHeld = 0
      const load = async () => {
        const permits = new LoadPermits(connection, keys, 3)
        const permit = await permits.take()
        held += 1
        mostHeld = Math.max(mostHeld, held)
        await delay(10)
        held -= 1
        await permit.release()
        return permit.hasWaited
      }
      const waited = await Promise.all(Array.from({ length: 30 }, load))
      expect(mostHeld).toBe(3)
      expect(waited.filter((hasWaited) => !hasWaited).length).toBeGreaterThanOrEqual(3)
      expect(waited).toContain(true)
      expect(await own.redis.exists(keys.loads)).toBe(0)
    })

    test('of readers that died are free again', async () => {
      const nowMs = Number((await own.redis.time())[0]) * 1000
      for (const name of ['a', 'b', 'c', 'd']) await own.redis.zadd(keys.loads, -nowMs - 1500, name)
      await own.redis.zadd(keys.loads, nowMs + 1500, 'waits')
      const connection = await connectRedis(own.server.url)
      onTestFinished(() => connection.close())
      const permit = await new LoadPermits(connection, keys).take()
      expect(permit.hasWaited).toBe(true)
      expect(await own.redis.zcount(keys.loads, '-inf', '(0')).toBe(1)
    })

    test('limit the loads of many stores that lost the log, and all have the registrations', async () => {
      const count = 2_000
      const writer = await openStore(own.server.url)
      for (let from = 0; from < count; from += 500) {
        await Promise.all(
          Array.from({ length: 500 }, (_, n) => writer.register(request(`user-${from + n}`))),
        )
      }
      const readers = await Promise.all(
        Array.from({ length: 20 }, () => openStore(own.server.url, { maxConcurrentLoads: 2 })),
      )
      const loads = new Set<number>()
      const watching = new AbortController()
      const counting = (async () => {
        while (!watching.signal.aborted) loads.add(await own.redis.zcount(keys.loads, '-inf', '(0'))
      })()
      const sizes = await Promise.all(
        readers.map(async (reader) => (await reader.select(everything)).length),
      )
      watching.abort()
      await counting
      expect(new Set(sizes)).toEqual(new Set([count]))
      expect(Math.max(...loads)).toBeLessThanOrEqual(2)
      expect(Math.max(...loads)).toBeGreaterThan(0)
    })

    test('are not needed where writing is refused', async () => {
      await own.redis.set(keys.loads, 'of another type')
      const connection = await connectRedis(own.server.url)
      onTestFinished(() => connection.close())
      const permit = await new LoadPermits(connection, keys).take()
      expect(permit.hasWaited).toBe(false)
      await permit.release()
    })
  },
)
