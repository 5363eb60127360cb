import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { sumOf } from '../../src/load/recording/histogram.ts'
import { total } from '../../src/load/totals.ts'
import type { GeneratorTask } from './generator-thread.ts'
import { coresBetween } from '../../src/process/cpu-time.ts'
import { measureShard, type EngineLoad, type MeasuredShard } from './measure-shard.ts'

/** The engine's punctuality and cost in sending a load, once or several times. */
export interface EngineFigures {
  readonly planned: number
  readonly started: number
  readonly ok: number
  /** Requests started per second of the measured time. */
  readonly achievedPerSecond: number
  /** In µs. */
  readonly lateness: Histogram
  /** The largest of any generator. */
  readonly largestBatch: number
  /** Cores used by this process, including clock threads, since the load began. */
  readonly cores: number
}

/** Time to send the start to the threads: from the last `ready` to the first request, in ms. */
const LEAD_MS = 1_000

/**
 * Sends a load by one generator in this thread, or by several, each a shard of it in a thread of
 * its own, and adds up their measurements. The threads begin together once all are ready.
 */
export async function measureEngine(load: EngineLoad, generators: number): Promise<EngineFigures> {
  if (generators === 1) {
    return figuresOf([await measureShard(load, { index: 0, of: 1 })])
  }
  const threads = Array.from({ length: generators }, (_, index) =>
    startThread({ load, shard: { index, of: generators } }),
  )
  try {
    await Promise.all(threads.map((thread) => once(thread, 'message')))
    const startAtMs = Date.now() + LEAD_MS
    return figuresOf(await Promise.all(threads.map((thread) => measureIn(thread, startAtMs))))
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

function startThread(task: GeneratorTask): Worker {
  return new Worker(new URL('generator-thread.ts', import.meta.url), { workerData: task })
}

async function measureIn(thread: Worker, startAtMs: number): Promise<MeasuredShard> {
  // An error of the thread rejects this, because `once` listens to it.
  const answer = once(thread, 'message')
  thread.postMessage(startAtMs)
  const [measured]: MeasuredShard[] = await answer
  if (measured === undefined) throw new Error("A generator's thread ended without a result.")
  return measured
}

function figuresOf(shards: readonly MeasuredShard[]): EngineFigures {
  return {
    planned: total(shards, ({ planned }) => planned),
    started: total(shards, ({ started }) => started),
    ok: total(shards, ({ ok }) => ok),
    achievedPerSecond: total(shards, (shard) => shard.achievedPerSecond),
    lateness: sumOf(shards.map((shard) => decodeFromCompressedBase64(shard.lateness))),
    largestBatch: Math.max(...shards.map(({ largestBatch }) => largestBatch)),
    cores: coresBetween(shards.flatMap(({ cpu }) => cpu)),
  }
}

/** The figures of a load that was sent several times with the same duration. */
export function sumOfRounds(rounds: readonly EngineFigures[]): EngineFigures {
  return {
    planned: total(rounds, ({ planned }) => planned),
    started: total(rounds, ({ started }) => started),
    ok: total(rounds, ({ ok }) => ok),
    achievedPerSecond: total(rounds, (round) => round.achievedPerSecond) / rounds.length,
    lateness: sumOf(rounds.map(({ lateness }) => lateness)),
    largestBatch: Math.max(...rounds.map(({ largestBatch }) => largestBatch)),
    cores: total(rounds, ({ cores }) => cores) / rounds.length,
  }
}
