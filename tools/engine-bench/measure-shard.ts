import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { constant } from '../../src/load/arrivals/constant.ts'
import type { Shard } from '../../src/load/arrivals/shard.ts'
import type { Technique } from '../../src/load/dispatch/technique.ts'
import { generateLoad } from '../../src/load/generator.ts'
import { sumOf } from '../../src/load/recording/histogram.ts'
import { achievedPerSecond, countsOfAll } from '../../src/load/totals.ts'
import { nowMs } from '../../src/load/clock.ts'
import { readCpu, type CpuReading } from '../../src/process/cpu-time.ts'
import { connectTarget, type EngineTarget } from './target.ts'

/** One load for the engine to send. Plain data, for threads. */
export interface EngineLoad {
  readonly technique: Technique
  readonly ratePerSecond: number
  readonly durationMs: number
  readonly target: EngineTarget
}

/** One generator's measurement of its shard of a load. Plain data, for threads. */
export interface MeasuredShard {
  readonly planned: number
  readonly started: number
  readonly ok: number
  /** Requests started per second of the measurement. */
  readonly achievedPerSecond: number
  /** HdrHistogram V2, compressed, base64; in µs. */
  readonly lateness: string
  readonly largestBatch: number
  /** When the measurement began, and shortly before it ended. */
  readonly cpu: readonly CpuReading[]
}

/** Warm-up, to compile code and fill caches. */
const WARM_UP_MS = 500

/**
 * Sends a shard of a load from this thread, and measures the engine rather than the target.
 * @param whenReady called once the first request could be sent; returns the common start of all
 *   generators, in Unix ms. Default: at once.
 */
export async function measureShard(
  load: EngineLoad,
  shard: Shard,
  whenReady?: () => Promise<number>,
): Promise<MeasuredShard> {
  const { technique, ratePerSecond, durationMs } = load
  const target = await connectTarget(load.target)
  const startAtMs = await whenReady?.()
  const cpu: CpuReading[] = []
  const result = await generateLoad({
    arrivals: constant(ratePerSecond),
    durationMs,
    warmUpMs: WARM_UP_MS,
    dispatch: technique,
    shard,
    ...(startAtMs === undefined ? {} : { startAtMs }),
    operations: {
      request: ({ isWarmUp }) => {
        if (!isWarmUp && cpu.length === 0) readCpuDuring(durationMs, cpu)
        return target.request()
      },
    },
  })
  target.close()
  const lateness = sumOf([...result.operations.values()].map((operation) => operation.lateness))
  const { planned, started, ok } = countsOfAll(result)
  return {
    planned,
    started,
    ok,
    achievedPerSecond: achievedPerSecond(result) ?? 0,
    lateness: encodeIntoCompressedBase64(lateness),
    largestBatch: result.health.largestBatch,
    cpu,
  }
}

/** Before the end, because the end is not part of the measurement. */
function readCpuDuring(durationMs: number, readings: CpuReading[]): void {
  readings.push(readCpu(nowMs()))
  setTimeout(() => readings.push(readCpu(nowMs())), durationMs * 0.95)
}
