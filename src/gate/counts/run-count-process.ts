import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, forkMeasurement } from '../operations/fork-measurement.ts'
import type { CountTask } from './count-task.ts'
import { countEndingSchema, type CountEnding } from './operation-counts.ts'

const PROGRAM = programBeside('count-process.ts', import.meta.url)
const TIMEOUT_MS = 300_000

/**
 * Counts what one version's operations ask of the servers, in a fresh process.
 * @throws EnvironmentError if the process ends without a result; the signal's reason if it is aborted.
 */
export function runCountProcess(task: CountTask, signal: AbortSignal): Promise<CountEnding> {
  const measurement = {
    name: 'exact counts',
    program: PROGRAM,
    task,
    compileCache: compileCacheOf(task.folder),
    result: countEndingSchema,
    timeoutMs: TIMEOUT_MS,
  }
  return forkMeasurement(measurement, signal)
}
