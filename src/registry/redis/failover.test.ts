import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { RegistryError } from '../errors.ts'
import type { RegistryStore } from '../store.ts'
import { watch } from '../testing/open-watch.ts'
import { Picture } from '../testing/picture.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'
import { randomFrom } from './testing/history/events.ts'
import { openSwitchedAddress } from './testing/switched-address.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'test'
const identities = 3_000
const ROUNDS = 2

describe.runIf(hasProgram)(
  'After a failover that lost changes (needs redis-server on the PATH)',
  () => {
    test('readers and watches drop what was lost, and none reloads everything', async () => {
      const seed = Number(process.env['FAILOVER_SEED'] ?? randomInt(1, 2 ** 31))
      const random = randomFrom(seed)
      let primary = await startServer()
      let replica = await startServer()
      await replicate(replica, primary)
      const address = await openSwitchedAddress(primary.port)
      onTestFinished(() => address.close())
      const [writer, ...readers] = await Promise.all(
        Array.from({ length: 6 }, () => openStore(address.url)),
      )
      if (writer === undefined) throw new Error('no store')
      for (let from = 0; from < identities; from += 500) {
        await Promise.all(Array.from({ length: 500 }, (_, n) => register(writer, from + n, random)))
      }
      for (const reader of readers) await reader.select(everything)
      const picture = new Picture()
      const events = watch(writer, { renewals: true })
      const following = (async () => {
        for await (const event of events) picture.apply(event)
      })()
      for (let round = 0; round < ROUNDS; round += 1) {
        const context = `round ${round}; repeat with FAILOVER_SEED=${seed}`
        // Some readers have read just before, and follow the changes that will be lost.
        await caughtUp(primary, replica)
        await replica.redis.replicaof('NO', 'ONE')
        await write(writer, 600, random, () => readers[random(readers.length)]?.select(everything))
        const promoted = await openStore(replica.url)
        await write(promoted, 200, random)
        await promoted.select(everything)
        await replica.redis.config('RESETSTAT')
        address.switchTo(replica.port)
        const expected = await promoted.select(everything)
        for (const reader of [writer, ...readers]) {
          const found = await eventually(() => reader.select(everything))
          expect(found, context).toEqual(expected)
        }
        await expect.poll(() => picture.registrations, { timeout: 10_000 }).toEqual(expected)
        expect(picture.faults, context).toEqual([])
        expect(await scansOf(replica.redis), context).toBe(0)
        await promoted.close()
        await replicate(primary, replica)
        ;[primary, replica] = [replica, primary]
      }
      await events.return?.()
      await following
    })
  },
)

async function startServer() {
  const server = await startRedisProgram({ extraArgs: ['--repl-diskless-sync-delay', '0'] })
  onTestFinished(() => server.stop())
  const redis = new Redis(server.url)
  onTestFinished(() => redis.disconnect())
  return { port: server.port, url: server.url, redis }
}

type Server = Awaited<ReturnType<typeof startServer>>

async function openStore(url: string): Promise<RegistryStore> {
  const store = await connectRedisStore({ url, namespace })
  onTestFinished(() => store.close())
  return store
}

function register(store: RegistryStore, n: number, random: (below: number) => number) {
  // Some are too large for the log.
  const metadata = { n: random(1000), text: 'x'.repeat(random(20) === 0 ? 1000 : 10) }
  const gateway = random(2) === 0 ? null : `gateway-${random(5)}`
  return store.register(
    request(`user-${n}`, { metadata, gateway, ttlMs: 3_600_000 + random(1000), replace: true }),
  )
}

/** Makes random changes of known and new identities. */
async function write(
  store: RegistryStore,
  changes: number,
  random: (below: number) => number,
  between: () => Promise<unknown> | undefined = () => undefined,
): Promise<void> {
  for (let change = 0; change < changes; change += 1) {
    const n = random(identities + 200)
    const identity = `user-${n}`
    switch (random(5)) {
      case 0:
        await store.unregister(identity)
        break
      case 1:
        await store.heartbeat(identity, 7_200_000 + random(1000)).catch(unlessUnknown)
        break
      case 2: {
        const [seen] = await store.lookUp([identity])
        if (seen) await store.moveTo(seen, `gateway-${random(5)}`)
        break
      }
      default:
        await register(store, n, random)
    }
    if (random(20) === 0) await between()
  }
}

function unlessUnknown(error: unknown): void {
  if (!(error instanceof RegistryError) || error.code !== 'NOT_FOUND') throw error
}

/** Repeats a call until the server can be reached. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (attempt === 200) throw error
      await delay(50)
    }
  }
}

async function replicate(server: Server, from: Server): Promise<void> {
  await server.redis.replicaof('127.0.0.1', from.port)
  await caughtUp(from, server)
}

async function caughtUp(primary: Server, replica: Server): Promise<void> {
  await expect
    .poll(() => replica.redis.info('replication'), { timeout: 20_000 })
    .toContain('link_status:up')
  await expect
    .poll(async () => (await logEnd(primary.redis)) === (await logEnd(replica.redis)), {
      timeout: 20_000,
    })
    .toBe(true)
}

async function logEnd(redis: Redis): Promise<string> {
  return JSON.stringify(await redis.xrevrange(`${namespace}:~log`, '+', '-', 'COUNT', 1))
}

/** How often a server has read a part of an index. */
async function scansOf(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats')
  return Number(/cmdstat_zscan:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}
