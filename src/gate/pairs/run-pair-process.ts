import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, forkMeasurement } from '../operations/fork-measurement.ts'
import { pairEndingSchema, type PairEnding } from './pair-estimate.ts'
import type { PairTask } from './pair-task.ts'

const PROGRAM = programBeside('pair-process.ts', import.meta.url)

/** Beyond its measurement: what starting, preparing and one step that never ends may take, in ms. */
const PATIENCE_MS = 120_000

/**
 * Measures one operation of both versions once, in a fresh process.
 * @throws EnvironmentError if the process ends without a result; the signal's reason if it is aborted.
 */
export function runPairProcess(task: PairTask, signal: AbortSignal): Promise<PairEnding> {
  const { operation, warmUpMs, pairsMs, cpuMs, deferredMs } = task
  const measurement = {
    name: `the pairs of ${operation}`,
    program: PROGRAM,
    task,
    compileCache: compileCacheOf(task.base),
    result: pairEndingSchema,
    timeoutMs: warmUpMs + 3 * (pairsMs + cpuMs + deferredMs) + PATIENCE_MS,
  }
  return forkMeasurement(measurement, signal)
}
