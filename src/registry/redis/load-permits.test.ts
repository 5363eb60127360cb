import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import type { RegistryStore } from '../store.ts'
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
        Array.from({ length: 12 }, () => openStore(own.server.url, { maxConcurrentLoads: 2 })),
      )
      const { sizes, most } = await readTogether(readers)
      expect(new Set(sizes)).toEqual(new Set([count]))
      expect(most).toBeLessThanOrEqual(2)
      expect(most).toBeGreaterThan(0)

      // The log loses as much as these readers have seen: they go back, and read as many records.
      const ends = await own.redis.xrevrange(keys.log, '+', '-', 'COUNT', 1)
      for (let from = 0; from < count; from += 500) {
        await Promise.all(
          Array.from({ length: 500 }, (_, n) =>
            writer.register({ ...request(`user-${from + n}`), replace: true }),
          ),
        )
      }
      await Promise.all(readers.map((reader) => reader.select(everything)))
      const lost = await own.redis.xrange(keys.log, `(${ends[0]?.[0]}`, '+')
      await own.redis.xdel(keys.log, ...lost.map(([id]) => id))
      await own.redis.config('RESETSTAT')
      const again = await readTogether(readers)
      expect(new Set(again.sizes)).toEqual(new Set([count]))
      expect(again.most).toBeLessThanOrEqual(2)
      expect(again.most).toBeGreaterThan(0)
      expect(await own.redis.info('commandstats')).not.toContain('cmdstat_zscan')
    })

    test('are waited for until the deadline only', async () => {
      const nowMs = Number((await own.redis.time())[0]) * 1000
      for (const name of ['a', 'b', 'c', 'd']) await own.redis.zadd(keys.loads, -nowMs - 9000, name)
      const connection = await connectRedis(own.server.url)
      onTestFinished(() => connection.close())
      const waiting = new LoadPermits(connection, keys).take(performance.now() + 50)
      await expect(waiting).rejects.toThrow('a few readers load at a time, and 5 load or wait')
    })

    /** @returns what each reader found, and the most that loaded at the same time. */
    async function readTogether(readers: readonly RegistryStore[]) {
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
      return { sizes, most: Math.max(...loads) }
    }

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
