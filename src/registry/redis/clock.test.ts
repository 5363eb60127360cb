import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { identitiesOf, request } from '../testing/store.contract.ts'
import { startClockProxy, type ClockProxy } from './testing/history/clock-proxy.ts'
import { connectRedisStore } from './redis-store.ts'
import { type RedisStoreOptions } from './store-options.ts'
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
      clock.stop(false)
      const store = await connectRedisStore({ url: server.url, namespace: 'test' })
      await store.clear()
      await store.close()
    })

    const open = (options: Partial<RedisStoreOptions> = {}) => openStore(clock.url, options)

    /** The registrations seen by a new reader and a scan, which must agree. */
    const seenAnew = async () => {
      const fresh = await identitiesOf(await open())
      expect(await identitiesOf(await open({ strategy: 'scan' }))).toEqual(fresh)
      return fresh
    }

    test.for([60, 60_000])(
      'ahead by %d ms and back, a registration that expired meanwhile and was renewed is visible to old readers too',
      async (aheadMs) => {
        const writer = await open()
        const readers = [await open(), await open()] as const
        await writer.register(request('stays', { ttlMs: 0 }))
        clock.stop()
        await writer.register(request('ends', { ttlMs: aheadMs - 10 }))
        for (const reader of readers) expect(await identitiesOf(reader)).toEqual(['ends', 'stays'])
        clock.stepTo(aheadMs)
        for (const reader of readers) expect(await identitiesOf(reader)).toEqual(['stays'])
        clock.stepTo(0)
        const renewal = await writer.heartbeat('ends', 600_000).catch(() => null)
        // Redis removes the key by its own clock, which continues.
        if (renewal === null) return expect(await identitiesOf(readers[0])).toEqual(['stays'])
        expect(await seenAnew()).toEqual(['ends', 'stays'])
        expect(await identitiesOf(readers[0])).toEqual(['ends', 'stays'])
        // This reader reads again after the clock has caught up, so it can't notice the step.
        clock.stepTo(aheadMs + 1)
        expect(await identitiesOf(readers[1])).toEqual(['ends', 'stays'])
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

    test('ahead, a write keeps registrations that are live by the correct time', async () => {
      const writer = await open()
      const reader = await open()
      await writer.register(request('brief', { ttlMs: 60_000 }))
      await writer.register(request('lasting', { ttlMs: 0 }))
      expect(await identitiesOf(reader)).toEqual(['brief', 'lasting'])
      clock.stepTo(60_600)
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
