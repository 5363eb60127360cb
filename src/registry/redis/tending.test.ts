import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { everything, identitiesOf, request } from '../testing/store.contract.ts'
import type { RegistryStore } from '../store.ts'
import type { RedisStoreOptions } from './store-options.ts'
import { registerScript } from './scripts.ts'
import { DROPPED_AT_A_TIME, LEEWAY_MS, SHORT_TTL_MS, TEND_EVERY, TRUST_MS } from './tending.ts'
import { openStore } from './testing/open-store.ts'

const hasProgram = findProgram('redis-server') !== undefined
const [index, log] = ['test:~index', 'test:~log']

/** Enough writes that at least one of them tends, except once in e^30 times. */
const MANY_WRITES = 30 * TEND_EVERY

describe.skipIf(!hasProgram)(
  'The bookkeeping of a namespace (needs redis-server on the PATH)',
  () => {
    let server: ServerProgram
    let redis: Redis

    beforeAll(async () => {
      server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
      redis = new Redis(server.url)
    })

    afterAll(async () => {
      await redis.quit()
      await server.stop()
    })

    beforeEach(() => redis.flushall())

    const open = (options: Partial<RedisStoreOptions> = {}) => openStore(server.url, options)
    const nowMs = async () => Number((await redis.time())[0]) * 1000
    /** When the keys of the bookkeeping expire; `Infinity` for never. */
    const ends = async () => {
      const times = await Promise.all([index, log].map((key) => redis.call('PEXPIRETIME', key)))
      return times.map((time) => (time === -1 ? Infinity : Number(time)))
    }
    const bytesOf = async (key: string) =>
      Number((await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')) ?? 0)
    const membersOf = () => redis.zcount(index, '(-inf', '+inf')

    test('expires by itself after the last registration', async () => {
      const store = await open()
      await store.register(request('alice', { ttlMs: 1000 }))
      for (const end of await ends()) {
        expect(end).toBeGreaterThan(await nowMs())
        expect(end).toBeLessThanOrEqual((await nowMs()) + 1000 + SHORT_TTL_MS + LEEWAY_MS)
      }
    })

    test('expires by itself even if recreated by a writer that tended recently', async () => {
      const store = await open()
      await store.register(request('alice', { ttlMs: 1000 }))
      await redis.del(index, log, 'test:alice')
      await store.register(request('alice', { ttlMs: 1000 }))
      for (const end of await ends()) expect(end).toBeLessThan(Infinity)
      await store.unregister('alice')
      for (const end of await ends()) expect(end).toBeLessThan(Infinity)
    })

    test('does not expire while a registration never expires, and does afterwards', async () => {
      const store = await open()
      await store.register(request('brief', { ttlMs: 1000 }))
      await store.register(request('for-ever', { ttlMs: 0 }))
      expect(await ends()).toEqual([Infinity, Infinity])
      await store.heartbeat('for-ever', 60_000)
      for (let n = 0; n < MANY_WRITES; n += 1) await store.heartbeat('for-ever', 60_000)
      for (const end of await ends()) expect(end).toBeLessThan(Infinity)
    })

    test('outlives every registration, whatever the writes', async () => {
      const ttls = fc.constantFrom(
        1,
        50,
        1000,
        SHORT_TTL_MS,
        SHORT_TTL_MS + 1,
        30 * SHORT_TTL_MS,
        0,
      )
      const writes = fc.array(
        fc.record({
          writer: fc.nat(2),
          kind: fc.constantFrom('register', 'register', 'heartbeat', 'unregister', 'lose', 'clear'),
          identity: fc.constantFrom('a', 'b', 'c', 'd'),
          ttlMs: ttls,
        }),
        { minLength: 1, maxLength: 60 },
      )
      const stores = [await open(), await open(), await open()]
      const make = async (store: RegistryStore, kind: string, identity: string, ttlMs: number) => {
        if (kind === 'register') await store.register(request(identity, { ttlMs, replace: true }))
        else if (kind === 'heartbeat') await store.heartbeat(identity, ttlMs).catch(() => {})
        else if (kind === 'unregister') await store.unregister(identity)
        else if (kind === 'lose') await redis.del(index, log)
        else await store.clear()
      }
      await fc.assert(
        fc.asyncProperty(writes, async (run) => {
          await redis.flushall()
          for (const { writer, kind, identity, ttlMs } of run) {
            const store = stores[writer]
            if (store) await make(store, kind, identity, ttlMs)
            for (const [at, key] of [index, log].entries()) {
              if ((await redis.exists(key)) === 0) continue
              const [, last = 'none'] = await redis.zrange(index, '-1', '-1', 'WITHSCORES')
              const end = (await ends())[at] ?? 0
              const latest = last === 'inf' ? Infinity : Number.parseInt(last, 10) || 0
              expect(end).toBeGreaterThanOrEqual(latest)
            }
          }
        }),
        { numRuns: 40 },
      )
    })

    test('is bounded in bytes by the registrations, whatever the writes', async () => {
      const logCap = 200
      const store = await open({ logCap })
      const sizes = fc.constantFrom(0, 50, 400, 600, 4000)
      const runs = fc.record({ identities: fc.integer({ min: 1, max: 600 }), bytes: sizes })
      await fc.assert(
        fc.asyncProperty(fc.array(runs, { minLength: 1, maxLength: 3 }), async (phases) => {
          await redis.flushall()
          for (const { identities, bytes } of phases) {
            const registering = Array.from({ length: identities + MANY_WRITES }, (_, n) =>
              store.register(
                request(`user-${n % identities}`, {
                  replace: true,
                  ttlMs: n % 3 === 0 ? 1 : 60_000,
                  metadata: { filling: 'x'.repeat(bytes) },
                }),
              ),
            )
            await Promise.all(registering)
          }
          // An entry has at most 512 bytes of metadata, plus 200 bytes for the id, the times and the stream itself.
          const population = await membersOf()
          const nodeOfTheStream = 100
          const untrimmed = MANY_WRITES + nodeOfTheStream
          expect(await redis.xlen(log)).toBeLessThan(Math.max(logCap, population) + untrimmed)
          expect(await bytesOf(log)).toBeLessThan((Math.max(logCap, population) + untrimmed) * 712)
          expect(population).toBeLessThanOrEqual(600)
        }),
        { numRuns: 8 },
      )
    })

    test('keeps as many entries as there are registrations, if the cap is lower', async () => {
      const store = await open({ logCap: 10 })
      const registering = Array.from({ length: 3000 }, (_, n) =>
        store.register(request(`user-${n}`)),
      )
      await Promise.all(registering)
      expect(await redis.xlen(log)).toBeGreaterThanOrEqual(3000)
      await store.clear()
      await store.register(request('alone'))
      for (let n = 0; n < 500 + MANY_WRITES; n += 1) await store.heartbeat('alone', 60_000)
      expect(await redis.xlen(log)).toBeLessThan(500 + MANY_WRITES)
    })

    test("loses expired members by anyone's writes, faster the more there are", async () => {
      const store = await open()
      await redis.debug('SET-ACTIVE-EXPIRE', '0')
      const ended = 20 * DROPPED_AT_A_TIME
      const registering = Array.from({ length: ended }, (_, n) =>
        store.register(request(`user-${n}`, { ttlMs: 1 })),
      )
      await Promise.all(registering)
      await store.register(request('alone'))
      await expect
        .poll(async () => {
          for (let n = 0; n < TEND_EVERY; n += 1) await store.heartbeat('alone', 60_000)
          return membersOf()
        })
        .toBe(1)
      expect(await identitiesOf(store)).toEqual(['alone'])
      await redis.debug('SET-ACTIVE-EXPIRE', '1')
    })

    test('is tended by a writer whose last tending lies in the future because the clock was set back', async () => {
      const store = await open()
      await store.register(request('alice'))
      await redis.persist(index)
      const trustedUntilMs = Date.now() + 2 * TRUST_MS
      const args = ['bob', '{}', 60_000, '0', '', 'mark', 10_000, '', trustedUntilMs, '']
      await redis.eval(registerScript, 3, 'test:bob', index, log, ...args)
      for (const end of await ends()) expect(end).toBeLessThan(Infinity)
    })

    test('counts as lost when it is lost, whatever is written first', async () => {
      const writes: ((store: RegistryStore) => Promise<unknown>)[] = [
        (store) => store.register(request('dave')),
        (store) => store.heartbeat('bob', 60_000),
        (store) => store.unregister('bob'),
        (store) => store.moveTo({ identity: 'bob', registeredAt, gateway: null }, 'g-1'),
      ]
      let registeredAt = 0
      for (const write of writes) {
        await redis.flushall()
        const store = await open()
        await store.register(request('alice'))
        registeredAt = (await store.register(request('bob'))).registeredAt
        await redis.del(index)
        await write(await open())
        await store.register(request('carol'))
        expect(await redis.zscore(index, '~suspect')).not.toBeNull()
        expect(await ends()).toEqual([Infinity, Infinity])
      }
    })

    test('does not count as lost when emptied by unregistering', async () => {
      const [store, reader] = [await open(), await open()]
      await store.register(request('alice'))
      await store.unregister('alice')
      await store.register(request('bob'))
      expect(await redis.zscore(index, '~suspect')).toBeNull()
      expect(await identitiesOf(reader)).toEqual(['bob'])
    })
  },
)

describe.skipIf(!hasProgram)('A registration too large for the log', () => {
  test('is read from its record by every reader, however often it changes', async () => {
    const server = await startRedisProgram()
    try {
      const [writer, reader, scan] = [
        await openStore(server.url),
        await openStore(server.url),
        await openStore(server.url, { strategy: 'scan' }),
      ]
      await reader.select(everything)
      const changes = fc.array(
        fc.record({
          kind: fc.constantFrom('register', 'register', 'heartbeat', 'unregister', 'move', 'read'),
          identity: fc.constantFrom('a', 'b', 'c'),
          bytes: fc.constantFrom(0, 500, 3000),
          gateway: fc.constantFrom(null, 'g-1', 'g-2'),
          ttlMs: fc.constantFrom(1, 60_000, 0),
        }),
        { minLength: 1, maxLength: 40 },
      )
      let made = 0
      const make = async (change: {
        kind: string
        identity: string
        bytes: number
        gateway: string | null
        ttlMs: number
      }) => {
        const { kind, identity, bytes, gateway, ttlMs } = change
        const metadata = { n: (made += 1), filling: 'x'.repeat(bytes) }
        const asked = { replace: true, metadata, ttlMs, gateway }
        if (kind === 'register') await writer.register(request(identity, asked))
        else if (kind === 'heartbeat') await writer.heartbeat(identity, ttlMs).catch(() => {})
        else if (kind === 'unregister') await writer.unregister(identity)
        else if (kind === 'move') {
          const [held] = await writer.lookUp([identity])
          if (held) await writer.moveTo(held, gateway ?? 'g-3')
        } else await reader.select(everything)
      }
      await fc.assert(
        fc.asyncProperty(changes, async (run) => {
          for (const change of run) await make(change)
          await new Promise((resolve) => setTimeout(resolve, 3))
          expect(await reader.select(everything)).toEqual(await scan.select(everything))
        }),
        { numRuns: 60 },
      )
      expect(reader.warned).toEqual([])
    } finally {
      await server.stop()
    }
  })
})
