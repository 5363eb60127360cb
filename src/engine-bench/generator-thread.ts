import { parentPort, workerData } from 'node:worker_threads'
import type { Shard } from '../load/arrivals/shard.ts'
import { measureShare, type EngineLoad } from './measure-share.ts'

/** What a generator's thread is started with. */
export interface GeneratorTask {
  readonly load: EngineLoad
  readonly share: Shard
  readonly startAtMs: number
}

/** The program of a thread that sends one share of a load, and answers with what it measured. */
const { load, share, startAtMs } = workerData as GeneratorTask
parentPort?.postMessage(await measureShare(load, share, startAtMs))
