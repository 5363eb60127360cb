import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { Shard } from '../../src/load/arrivals/shard.ts'
import { measureShard, type EngineLoad } from './measure-shard.ts'

/** The settings of a generator's thread. */
export interface GeneratorTask {
  readonly load: EngineLoad
  readonly shard: Shard
}

/**
 * The program of a thread that sends one shard of a load. It sends `ready`, receives the start in Unix
 * ms, and answers with its measurement.
 */
if (parentPort === null) throw new Error('not started as a worker thread')
const port = parentPort
const { load, shard } = workerData as GeneratorTask
const measured = await measureShard(load, shard, async () => {
  const told = once(port, 'message')
  port.postMessage('ready')
  const [startAtMs]: number[] = await told
  if (startAtMs === undefined) throw new Error('received no start')
  return startAtMs
})
port.postMessage(measured)
