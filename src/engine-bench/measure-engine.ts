import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { percentileMs, sumOf } from '../load/recording/histogram.ts'
import type { GeneratorTask } from './generator-thread.ts'
import { measureShare, type EngineLoad, type MeasuredShare } from './measure-share.ts'

/** How punctually the engine sent one load, and at what cost. */
export interface EngineFigures {
  readonly planned: number
  readonly started: number
  readonly ok: number
  /** Requests started in the time measured, per second. */
  readonly achievedPerSecond: number
  readonly lateness: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  /** The largest of any generator. */
  readonly largestBatch: number
  /** CPU time of the generators' threads by the time of the load, warm-up included; 1 is one core. */
  readonly cores: number
}

/** Threads are started and have read their programs by then. */
const THREADS_READY_MS = 1_500

/**
 * Sends a load by one generator in this thread, or by several, each a share of it in a thread of
 * its own, and adds up what they measured.
 */
export async function measureEngine(load: EngineLoad, generators: number): Promise<EngineFigures> {
  if (generators === 1) {
    return figuresOf([await measureShare(load, { index: 0, of: 1 })])
  }
  const startAtMs = Date.now() + THREADS_READY_MS
  const shares = Array.from({ length: generators }, (_, index) =>
    measureInThread({ load, share: { index, of: generators }, startAtMs }),
  )
  return figuresOf(await Promise.all(shares))
}

async function measureInThread(task: GeneratorTask): Promise<MeasuredShare> {
  const thread = new Worker(new URL('generator-thread.ts', import.meta.url), { workerData: task })
  // An error of the thread rejects this, for `once` listens to it.
  const [measured]: MeasuredShare[] = await once(thread, 'message')
  await thread.terminate()
  if (measured === undefined) throw new Error("A generator's thread ended without an answer.")
  return measured
}

function figuresOf(shares: readonly MeasuredShare[]): EngineFigures {
  const lateness = sumOf(shares.map((share) => decodeFromCompressedBase64(share.lateness)))
  const latenessMs = (percentile: number): number => percentileMs(lateness, percentile) ?? 0
  const total = (figure: (share: MeasuredShare) => number): number =>
    shares.reduce((sum, share) => sum + figure(share), 0)
  return {
    planned: total(({ planned }) => planned),
    started: total(({ started }) => started),
    ok: total(({ ok }) => ok),
    achievedPerSecond: total(({ achievedPerSecond }) => achievedPerSecond),
    lateness: { p50Ms: latenessMs(50), p99Ms: latenessMs(99), maxMs: latenessMs(100) },
    largestBatch: Math.max(...shares.map(({ largestBatch }) => largestBatch)),
    cores: total(({ cores }) => cores),
  }
}
