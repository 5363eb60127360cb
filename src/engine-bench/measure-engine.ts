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

/** Between the last thread's being ready and the first request: time to hand the threads the start. */
const LEAD_MS = 1_000

/**
 * Sends a load by one generator in this thread, or by several, each a share of it in a thread of
 * its own, and adds up what they measured. The threads begin together once all of them are ready.
 */
export async function measureEngine(load: EngineLoad, generators: number): Promise<EngineFigures> {
  if (generators === 1) {
    return figuresOf([await measureShare(load, { index: 0, of: 1 })])
  }
  const threads = Array.from({ length: generators }, (_, index) =>
    startThread({ load, share: { index, of: generators } }),
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

async function measureIn(thread: Worker, startAtMs: number): Promise<MeasuredShare> {
  // An error of the thread rejects this, because `once` listens to it.
  const answer = once(thread, 'message')
  thread.postMessage(startAtMs)
  const [measured]: MeasuredShare[] = await answer
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
