import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { RegistryError } from '../errors.ts'
import type { Registration } from '../registration.ts'
import { everything } from '../testing/store.contract.ts'
import type { RegistryStore } from '../store.ts'
import { Warnings, type RegistryWarningCode } from '../warnings.ts'
import { startClockProxy } from './testing/history/clock-proxy.ts'
import { randomFrom } from './testing/history/events.ts'
import { connectRedisStore } from './redis-store.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'history'
const rounds = Number(process.env['DISTURBANCE_ROUNDS'] ?? 40)
const writesARound = 30
const identities = 40

/** The disturbances between the writes of one round and the following reads. */
const disturbances = [
  'clock ahead',
  'clock ahead and back',
  'record deleted',
  'record corrupt',
  'index deleted',
  'index member deleted',
  'log deleted',
  'index and log deleted',
  'log entry corrupt',
  'failover',
  'flush',
  'eviction',
  'connections killed',
  'nothing',
] as const

describe.skipIf(!hasProgram)('After any disturbance (needs redis-server on the PATH)', () => {
  test('old and new readers agree with Redis', async ({ annotate }) => {
    const seed = Number(process.env['DISTURBANCE_SEED'] ?? randomInt(1, 2 ** 31))
    const random = randomFrom(seed)
    const server = await startRedisProgram({ extraArgs: ['--enable-debug-command', 'yes'] })
    onTestFinished(() => server.stop())
    const clock = await startClockProxy(server.port)
    onTestFinished(() => clock.close())
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    const warned = new Map<RegistryWarningCode, number>()
    const warnings = new Warnings(({ code }) => warned.set(code, (warned.get(code) ?? 0) + 1))
    const open = (strategy: 'replica' | 'scan') =>
      connectRedisStore({ url: clock.url, namespace, strategy, logCap: 100, warnings })

    const [writer, scan, ...readers] = await Promise.all([
      open('replica'),
      open('scan'),
      open('replica'),
      open('replica'),
      open('replica'),
    ])
    onTestFinished(async () => {
      await Promise.all([writer, scan, ...readers].map((store) => store.close()))
    })
    const done = new Map<string, number>()
    for (let round = 0; round < rounds; round += 1) {
      await redis.save()
      const disturbance = disturbances[random(disturbances.length)] ?? 'nothing'
      done.set(disturbance, (done.get(disturbance) ?? 0) + 1)
      await write(writer, random)
      // Some have read shortly before, others long ago.
      for (const reader of readers) if (random(2) === 0) await reader.select(everything)
      await disturb(disturbance)
      if (random(2) === 0) await write(writer, random)
      const context = `round ${round}, ${disturbance}; repeat with DISTURBANCE_SEED=${seed}`
      await vi.waitFor(async () => {
        const expected = await scan.select(everything)
        for (const reader of [writer, ...readers]) {
          expect(await reader.select(everything), context).toEqual(expected)
        }
        const fresh = await open('replica')
        const found = await fresh.select(everything)
        await fresh.close()
        expect(found, context).toEqual(expected)
      }, 20_000)
      await expectSameByRegister(writer, await scan.select(everything), context)
    }
    const counts = (map: ReadonlyMap<string, number>) =>
      [...map].map(([name, count]) => `${name} ${count}`).join(', ')
    await annotate(`DISTURBANCE_SEED=${seed}: ${counts(done)}; warnings: ${counts(warned)}`)
    expect(warned.size).toBeGreaterThan(0)

    async function disturb(disturbance: (typeof disturbances)[number]): Promise<void> {
      const index = `${namespace}:~index`
      const log = `${namespace}:~log`
      const record = `${namespace}:user-${random(identities)}`
      switch (disturbance) {
        case 'clock ahead':
          return clock.stepTo(random(5000))
        case 'clock ahead and back': {
          clock.stepTo(random(3000))
          for (const reader of readers) if (random(2) === 0) await reader.select(everything)
          if (random(2) === 0) await write(writer, random)
          return clock.stepTo(0)
        }
        case 'record deleted':
          await redis.del(record)
          return
        case 'record corrupt': {
          const field = ['id', 'metadata', 'registered_at', 'expires_at'][random(4)] ?? 'id'
          if ((await redis.exists(record)) === 1) await redis.hset(record, field, '{oops')
          return
        }
        case 'index deleted':
          await redis.del(index)
          return
        case 'index member deleted':
          await redis.zrem(index, `user-${random(identities)}`)
          // Only a write to the identity reveals that.
          for (let n = 0; n < identities; n += 1) await writer.heartbeat(`user-${n}`, 0).catch(lost)
          return
        case 'log deleted':
          await redis.del(log)
          return
        case 'index and log deleted':
          await redis.del(index, log)
          return
        case 'log entry corrupt':
          await redis.xadd(
            log,
            '*',
            ['register', 'heartbeat', 'clear', 'x'][random(4)] ?? '',
            'm\n{',
          )
          return
        case 'failover':
          await redis.debug('RELOAD', 'NOSAVE')
          return
        case 'flush':
          await redis.flushall()
          return
        case 'eviction': {
          const policy = ['allkeys-random', 'volatile-random', 'allkeys-lru'][random(3)] ?? ''
          const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
          await redis.config('SET', 'maxmemory-policy', policy, 'maxmemory', used + 300_000)
          for (let n = 0; n < 30; n += 1) await redis.set(`cache:${n}`, 'x'.repeat(20_000), 'EX', 9)
          await redis.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction')
          return
        }
        case 'connections killed':
          await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          for (const store of [writer, scan, ...readers]) {
            await vi.waitFor(() => store.select(everything), 10_000)
          }
          return
        case 'nothing':
      }
    }
  })
})

async function write(store: RegistryStore, random: (below: number) => number): Promise<void> {
  for (let n = 0; n < writesARound; n += 1) {
    const identity = `user-${random(identities)}`
    const ttlMs = [0, 0, 60_000, 2000, 30, 3][random(6)] ?? 0
    const metadataJson = JSON.stringify({ n: random(1000) })
    const replace = random(3) > 0
    const perform = (): Promise<unknown> => {
      switch (random(6)) {
        case 0:
          return store.heartbeat(identity, ttlMs)
        case 1:
          return store.unregister(identity)
        default:
          return store.register({ identity, metadataJson, ttlMs, replace, gateway: null })
      }
    }
    await perform().catch(lost)
    if (random(10) === 0) await delay(random(5))
  }
}

function lost(error: unknown): void {
  const code = error instanceof RegistryError ? error.code : undefined
  if (code !== 'ALREADY_EXISTS' && code !== 'NOT_FOUND') throw error
}

/** Checks that register agrees with enumerate on each identity; corrupt ones may be replaced or not. */
async function expectSameByRegister(
  store: RegistryStore,
  listed: readonly Registration[],
  context: string,
): Promise<void> {
  for (const { identity, expiresAt } of listed) {
    if (expiresAt !== null) continue
    const request = { identity, metadataJson: '{}', ttlMs: 0, replace: false, gateway: null }
    await expect(store.register(request), context).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  }
}
