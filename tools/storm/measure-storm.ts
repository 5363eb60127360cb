import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { connectRedisStore } from '../../src/registry/redis/redis-store.ts'
import type { RegistryStore } from '../../src/registry/store.ts'
import { quantileOf } from '../../src/stats/quantile.ts'
import type { ReadTimes } from './readers-process.ts'

/** The size of a storm. */
export interface StormSize {
  readonly readers: number
  /** Processes that share the readers. */
  readonly processes: number
  readonly registrations: number
  /** Changes that the failover loses, at most one per registration. */
  readonly lost: number
}

/** What a storm cost. */
export interface Storm {
  /** When half of the readers, and all of them, had an answer, in ms. */
  readonly halfMs: number
  readonly allMs: number
  /** Percentiles of a write's response time meanwhile, one every 5 ms, in ms. */
  readonly writeP50Ms: number
  readonly writeP99Ms: number
  /** The server's CPU time, in ms. */
  readonly serverCpuMs: number
  /** Parts of the index that were read. */
  readonly partsRead: number
}

/** Fills a namespace. */
export async function fill(url: string, count: number): Promise<void> {
  const store = await connectRedisStore({ url, namespace: 'storm' })
  for (let from = 0; from < count; from += 500) {
    const length = Math.min(500, count - from)
    await Promise.all(Array.from({ length }, (_, n) => register(store, from + n, 0)))
  }
  await store.close()
}

/**
 * Measures readers that begin together, and the same readers after a failover that lost changes they had seen.
 * @param maxConcurrentLoads how many of them load at a time.
 */
export async function measureStorms(
  url: string,
  size: StormSize,
  maxConcurrentLoads: number,
): Promise<{ readonly start: Storm; readonly failover: Storm }> {
  const redis = new Redis(url)
  const writer = await connectRedisStore({ url, namespace: 'storm' })
  const perProcess = Math.ceil(size.readers / size.processes)
  const processes = Array.from({ length: size.processes }, () =>
    fork(new URL('readers-process.ts', import.meta.url), [
      url,
      `${perProcess}`,
      `${maxConcurrentLoads}`,
    ]),
  )
  try {
    await Promise.all(processes.map((each) => once(each, 'message')))
    const start = await measured(redis, writer, processes)
    await redis.save()
    for (let n = 0; n < Math.min(size.lost, size.registrations); n += 1)
      await register(writer, n, 1)
    await readAll(processes)
    await redis.call('DEBUG', 'RELOAD', 'NOSAVE')
    return { start, failover: await measured(redis, writer, processes) }
  } finally {
    for (const each of processes) each.kill()
    await writer.close()
    redis.disconnect()
  }
}

async function measured(
  redis: Redis,
  writer: RegistryStore,
  processes: readonly ChildProcess[],
): Promise<Storm> {
  await redis.config('RESETSTAT')
  const cpuBeforeMs = await cpuMsOf(redis)
  const over = new AbortController()
  const writing = writeUntil(writer, over.signal)
  const times = await readAll(processes)
  over.abort()
  const writes = await writing
  const stats = await redis.info('commandstats')
  const tookMs = times.flatMap((each) => each.tookMs)
  return {
    halfMs: quantileOf(tookMs, 0.5),
    allMs: Math.max(...tookMs),
    writeP50Ms: quantileOf(writes, 0.5),
    writeP99Ms: quantileOf(writes, 0.99),
    serverCpuMs: (await cpuMsOf(redis)) - cpuBeforeMs,
    partsRead: Number(/cmdstat_zscan:calls=(\d+)/.exec(stats)?.[1] ?? 0),
  }
}

async function readAll(processes: readonly ChildProcess[]): Promise<readonly ReadTimes[]> {
  const answers = processes.map(async (each) => (await once(each, 'message'))[0] as ReadTimes)
  for (const each of processes) each.send({ action: 'read' })
  return Promise.all(answers)
}

/** Renews registrations, one every 5 ms, whether or not the last one has ended. @returns response times in ms. */
async function writeUntil(writer: RegistryStore, signal: AbortSignal): Promise<number[]> {
  const times: number[] = []
  const writes: Promise<unknown>[] = []
  for (let n = 0; !signal.aborted; n += 1) {
    const beganAtMs = performance.now()
    const write = writer.heartbeat(`user-${n % 1_000}`, 3_600_000)
    writes.push(write.then(() => times.push(performance.now() - beganAtMs)))
    await delay(5)
  }
  await Promise.all(writes)
  return times
}

function register(store: RegistryStore, n: number, version: number): Promise<unknown> {
  const metadataJson = JSON.stringify({ version, room: `room-${n % 100}`, status: 'online' })
  const given = { ttlMs: 3_600_000, replace: true, gateway: `gateway-${n % 10}` }
  return store.register({ identity: `user-${n}`, metadataJson, ...given })
}

async function cpuMsOf(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1] ?? 0)
  return 1000 * (seconds('used_cpu_user') + seconds('used_cpu_sys'))
}
