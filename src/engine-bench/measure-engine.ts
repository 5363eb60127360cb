import { constant } from '../load/arrivals/constant.ts'
import { nowMs } from '../load/clock.ts'
import type { Technique } from '../load/dispatch/technique.ts'
import { generateLoad } from '../load/generator.ts'
import { percentileMs, sumOf } from '../load/recording/histogram.ts'
import { countsOfAll, inTime } from '../load/totals.ts'

/** How punctually the engine sent one load, and at what cost. */
export interface EngineFigures {
  readonly planned: number
  readonly started: number
  readonly ok: number
  /** Requests started in the time measured, per second. */
  readonly achievedPerSecond: number
  readonly lateness: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly largestBatch: number
  /** CPU time of this process by the time that passed, warm-up included; 1 is one core. */
  readonly cores: number
}

/** One load for the engine to send. */
export interface EngineLoad {
  readonly technique: Technique
  readonly ratePerSecond: number
  readonly durationMs: number
  readonly request: () => Promise<void>
}

/** Before it is measured, code is compiled and caches are filled. */
const WARM_UP_MS = 500

/** Sends a load and looks at the engine rather than at the target. */
export async function measureEngine(load: EngineLoad): Promise<EngineFigures> {
  const { technique, ratePerSecond, durationMs, request } = load
  const beganMs = nowMs()
  const cpuBefore = process.cpuUsage()
  const result = await generateLoad({
    arrivals: constant(ratePerSecond),
    durationMs,
    warmUpMs: WARM_UP_MS,
    dispatch: technique,
    operations: { request },
  })
  const cpu = process.cpuUsage(cpuBefore)
  const elapsedMs = nowMs() - beganMs
  const lateness = sumOf([...result.operations.values()].map((operation) => operation.lateness))
  const latenessMs = (percentile: number): number => percentileMs(lateness, percentile) ?? 0
  const { planned, started, ok } = countsOfAll(result)
  return {
    planned,
    started,
    ok,
    achievedPerSecond: (inTime(result).started * 1_000) / result.measuredMs,
    lateness: { p50Ms: latenessMs(50), p99Ms: latenessMs(99), maxMs: latenessMs(100) },
    largestBatch: result.health.largestBatch,
    cores: (cpu.user + cpu.system) / 1_000 / elapsedMs,
  }
}
