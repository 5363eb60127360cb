import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { faultsIn } from './testing/history/check.ts'
import { randomFrom, type HistoryReport, type HistoryTask } from './testing/history/events.ts'
import { readWholeLog } from './testing/history/states.ts'
import type { LogEntry } from './log.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'history'
const writerCount = 3
const readerCount = 2
const writesEach = 4000
/** Small, so that readers that pause fall behind; the test itself reads the log all the time. */
const logCap = 1000

describe.skipIf(!hasProgram)('Enumerate (needs redis-server on the PATH)', () => {
  for (const isIndexLost of [false, true]) {
    const disturbance = isIndexLost ? ', while the index is deleted again and again' : ''
    test(`is linearizable among processes that write, expire and read at random${disturbance}`, async ({
      annotate,
    }) => {
      const seed = Number(process.env['HISTORY_SEED'] ?? randomInt(1, 2 ** 31))
      const server = await startRedisProgram()
      onTestFinished(() => server.stop())
      const common = { url: server.url, namespace, writes: writesEach, logCap, hasLarge: true }
      const writers = startAll(writerCount, { ...common, role: 'writer', seed })
      const readers = startAll(readerCount, { ...common, role: 'reader', seed: seed + writerCount })
      const written = Promise.all(writers.map(({ report }) => report))
      const deleting = isIndexLost ? deleteIndex(server.url, seed, written) : Promise.resolve(0)
      const log = await followLog(server.url, written)
      for (const { child } of readers) child.send('stop')

      const histories = (await written).map(({ writes }, at) => ({ writer: seed + at, writes }))
      const reports = await Promise.all(readers.map(({ report }) => report))
      const reads = reports.flatMap((report) => report.reads)
      const failedReads = reports.reduce((sum, report) => sum + report.failedReads, 0)
      const loads = await snapshotsLoaded(server.url)
      const repairs = log.filter(({ kind }) => kind === 'reload').length
      await annotate(
        `HISTORY_SEED=${seed}: ${log.length} changes, ${reads.length} enumerates and ${failedReads} that failed, ${loads} snapshots, ` +
          `index deleted ${await deleting} times and rebuilt ${repairs} times`,
      )
      expect(reads.length).toBeGreaterThan(200)
      expect(loads).toBeGreaterThan(readerCount)
      expect(log.length).toBeGreaterThan(writerCount * writesEach * 0.3)
      expect(log.some(({ kind }) => kind === 'large')).toBe(true)
      if (isIndexLost) expect(repairs).toBeGreaterThan(0)
      else expect(failedReads).toBe(0)
      // Expiries follow from other entries and the time; no call makes them.
      const changes = log.filter(({ kind }) => kind !== 'expire')
      const faults = faultsIn(changes, histories, reads)
      expect(faults.slice(0, 3), `repeat with HISTORY_SEED=${seed}`).toEqual([])
    })
  }
})

/** Deletes the index from time to time until `done`. @returns how often it existed. */
async function deleteIndex(url: string, seed: number, done: Promise<unknown>): Promise<number> {
  const redis = new Redis(url)
  const random = randomFrom(seed)
  const finished = new AbortController()
  const finish = () => finished.abort()
  done.then(finish, finish)
  let deleted = 0
  while (!finished.signal.aborted) {
    await delay(50 + random(300))
    deleted += await redis.del(`${namespace}:~index`)
  }
  await redis.quit()
  return deleted
}

interface Started {
  readonly child: ChildProcess
  readonly report: Promise<HistoryReport>
}

function startAll(count: number, task: HistoryTask): Started[] {
  return Array.from({ length: count }, (_, at) => {
    const child = fork(new URL('./testing/history/process.ts', import.meta.url), { execArgv: [] })
    onTestFinished(() => void child.kill())
    child.send({ ...task, seed: task.seed + at })
    const failed = once(child, 'exit').then(([code]): never => {
      throw new Error(`A ${task.role} ended early, with code ${code}.`)
    })
    const reported = once(child, 'message').then(([message]) => message as HistoryReport)
    const report = Promise.race([reported, failed])
    // In case the test ends earlier.
    report.catch(() => {})
    return { child, report }
  })
}

async function snapshotsLoaded(url: string): Promise<number> {
  const redis = new Redis(url)
  const stats = await redis.info('commandstats')
  await redis.quit()
  return Number(/cmdstat_zscan:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

/** Reads every entry that the log ever holds, until `done`, although it is capped. */
async function followLog(url: string, done: Promise<unknown>): Promise<LogEntry[]> {
  const redis = new Redis(url)
  const log: LogEntry[] = []
  const finished = new AbortController()
  const finish = () => finished.abort()
  done.then(finish, finish)
  for (let isLast = false; ; isLast = finished.signal.aborted) {
    const from = log.at(-1)?.position
    const entries = await readWholeLog(redis, `${namespace}:~log`, from?.id ?? '-')
    if (from && entries.shift()?.position.id !== from.id) throw new Error('The log ran away.')
    log.push(...entries)
    if (isLast) break
    await delay(1)
  }
  await redis.quit()
  await done
  return log
}
