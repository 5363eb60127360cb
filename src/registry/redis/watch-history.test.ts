import { fork, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { on, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { orderFaultsIn } from './testing/history/check-watch.ts'
import type { HistoryTask } from './testing/history/events.ts'
import type { Comparison, WatchReport, WatchTask } from './testing/history/watch-events.ts'
import { readWholeLog } from './testing/history/states.ts'
import type { LogEntry } from './log.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'history'
const rounds = 2
const writerCount = 3
const writesEach = 2500
/** Small, so that a reader that stalls falls behind; the test itself reads the log all the time. */
const logCap = 500
const stallMs = 1000
/** The writers' longest TTL other than never, in ms. */
const longestTtlMs = 1000

describe.skipIf(!hasProgram)('A watch (needs redis-server on the PATH)', () => {
  test('agrees with an enumerate, whatever its reader missed', async ({ annotate }) => {
    const seed = Number(process.env['HISTORY_SEED'] ?? randomInt(1, 2 ** 31))
    const server = await startRedisProgram()
    onTestFinished(() => server.stop())
    const common = { url: server.url, namespace }
    const [steady, stalling] = [
      startProcess('watch-process.ts', { ...common, seed, stallMs: 0 } satisfies WatchTask),
      startProcess('watch-process.ts', { ...common, seed: seed + 1, stallMs } satisfies WatchTask),
    ]
    const following = new AbortController()
    const log = followLog(server.url, following.signal)
    for (let round = 0; round < rounds; round += 1) {
      const writing = Array.from({ length: writerCount }, (_, at) => {
        const own = seed + 2 + round * writerCount + at
        const task = { ...common, role: 'writer', seed: own, writes: writesEach, logCap } as const
        return once(startProcess('process.ts', task satisfies HistoryTask), 'message')
      })
      await Promise.all(writing)
      await delay(longestTtlMs + 100)
      for (const child of [steady, stalling]) {
        child.send('compare')
        const { faults } = await answerOf<Comparison>(child, 'comparison')
        expect(faults, `repeat with HISTORY_SEED=${seed}`).toEqual([])
      }
    }
    following.abort()
    const reports: WatchReport[] = []
    for (const child of [steady, stalling]) {
      child.send('stop')
      reports.push(await answerOf<WatchReport>(child, 'report'))
    }
    const loads = await snapshotsLoaded(server.url)
    const changes = (await log).filter(({ kind }) => kind !== 'expire')
    const counts = reports.flatMap((report) => report.counts)
    await annotate(
      `HISTORY_SEED=${seed}: ${changes.length} changes, ${loads} snapshots; ` +
        counts
          .map(({ name, events, resets }) => `${name} ${events} events, ${resets} resets`)
          .join('; '),
    )
    for (const { events } of reports) {
      expect(orderFaultsIn(changes, events).slice(0, 3), `HISTORY_SEED=${seed}`).toEqual([])
    }
    // All intended disturbances have occurred.
    expect(changes.length).toBeGreaterThan(rounds * writerCount * writesEach * 0.3)
    expect(reports[0]?.events.length).toBeGreaterThan(500)
    expect(loads).toBeGreaterThan(2)
  })
})

function startProcess(file: string, task: HistoryTask | WatchTask): ChildProcess {
  const child = fork(new URL(`./testing/history/${file}`, import.meta.url), { execArgv: [] })
  onTestFinished(() => void child.kill())
  child.send(task)
  return child
}

async function answerOf<A extends Comparison | WatchReport>(
  child: ChildProcess,
  kind: A['kind'],
): Promise<A> {
  for await (const [message] of on(child, 'message', { close: ['exit'] })) {
    if (message.kind === kind) return message
  }
  throw new Error('A process that watches ended early.')
}

async function snapshotsLoaded(url: string): Promise<number> {
  const redis = new Redis(url)
  const stats = await redis.info('commandstats')
  await redis.quit()
  return Number(/cmdstat_zscan:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

/** All entries of the log until it is stopped, even those that the cap removes. */
async function followLog(url: string, signal: AbortSignal): Promise<LogEntry[]> {
  const redis = new Redis(url)
  const log: LogEntry[] = []
  while (!signal.aborted) {
    const from = log.at(-1)?.position
    const entries = await readWholeLog(redis, `${namespace}:~log`, from?.id ?? '-')
    if (from && entries.shift()?.position.id !== from.id) throw new Error('The log ran away.')
    log.push(...entries)
    await delay(1)
  }
  await redis.quit()
  return log
}
