import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, forkMeasurement } from '../operations/fork-measurement.ts'
import { driftEndingSchema, type DriftEnding, type DriftTask } from './drift-series.ts'

const PROGRAM = programBeside('drift-process.ts', import.meta.url)
const PATIENCE_MS = 300_000

/**
 * Measures how the operations' paired ratios go over time, in one long process.
 * @throws EnvironmentError if the process ends without a result; the signal's reason if it is aborted.
 */
export function runDriftProcess(task: DriftTask, signal: AbortSignal): Promise<DriftEnding> {
  const measurement = {
    name: 'drift',
    program: PROGRAM,
    task,
    compileCache: compileCacheOf(task.base),
    result: driftEndingSchema,
    timeoutMs: 2 * task.durationMs + PATIENCE_MS,
  }
  return forkMeasurement(measurement, signal)
}
