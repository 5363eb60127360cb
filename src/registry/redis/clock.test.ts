import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { identitiesOf, request } from '../store.contract.ts'
import { startClockProxy, type ClockProxy } from './history/clock-proxy.ts'
import { connectRedisStore, type RedisStoreOptions } from './redis-store.ts'
import { openStore } from './testing/open-store.ts'

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)(
  'When the clock of Redis steps (needs redis-server on the PATH)',
  () => {
    let server: ServerProgram
    let clock: ClockProxy

    beforeAll(async () => {
      server = await startRedisProgram()
      clock = await startClockProxy(server.port)
    })

    afterAll(async () => {
      await clock.close()
      await server.stop()
    })

    beforeEach(async () => {
      clock.stepTo(0)
      const store = await connectRedisStore({ url: server.url, namespace: 'test' })
      await store.clear()
      await store.close()
    })

    const open = (options: Partial<RedisStoreOptions> = {}) => openStore(clock.url, options)

    /** What a new reader and a scan see, which must be the same. */
    const seenAnew = async () => {
      const fresh = await identitiesOf(await open())
      expect(await identitiesOf(await open({ strategy: 'scan' }))).toEqual(fresh)
      return fresh
    }

    test.for([60, 2600])(
      'ahead by %d ms and back, a registration that expired meanwhile and was renewed is visible to old readers too',
      async (aheadMs) => {
        const writer = await open()
        const reader = await open()
        await writer.register(request('stays'))
        /** `false` if it took so long that it ended by the right clock as well. */
        const isRenewed = async () => {
          clock.stepTo(0)
          await writer.register(request('ends', { ttlMs: aheadMs - 10, replace: true }))
          if ((await identitiesOf(reader)).length < 2) return false
          clock.stepTo(aheadMs)
          expect(await identitiesOf(reader)).toEqual(['stays'])
          clock.stepTo(0)
          return writer.heartbeat('ends', 60_000).then(
            () => true,
            () => false,
          )
        }
        await expect.poll(isRenewed, { timeout: 30_000 }).toBe(true)
        await delay(Math.min(aheadMs, 200))
        expect(await seenAnew()).toEqual(['ends', 'stays'])
        expect(await identitiesOf(reader)).toEqual(['ends', 'stays'])
      },
    )

    test('back, a reader reloads, with a warning', async () => {
      const store = await open()
      await store.register(request('alice'))
      clock.stepTo(5000)
      expect(await identitiesOf(store)).toEqual(['alice'])
      expect(store.warned).toEqual([])
      clock.stepTo(0)
      expect(await identitiesOf(store)).toEqual(['alice'])
      expect(store.warned).toEqual(['CLOCK_STEPPED_BACK'])
    })

    test('ahead, a write does not remove registrations from the index that are live by the correct time', async () => {
      const writer = await open()
      const reader = await open()
      await writer.register(request('brief', { ttlMs: 2000 }))
      await writer.register(request('lasting'))
      expect(await identitiesOf(reader)).toEqual(['brief', 'lasting'])
      clock.stepTo(2600)
      await writer.register(request('other'))
      clock.stepTo(0)
      const fresh = await seenAnew()
      expect(fresh).toEqual(expect.arrayContaining(['lasting', 'other']))
      await expect.poll(() => identitiesOf(reader)).toEqual(await seenAnew())
      const again = writer.register(request('brief')).then(
        () => 'made',
        () => 'exists',
      )
      expect(await again).toBe(fresh.includes('brief') ? 'exists' : 'made')
    })
  },
)
