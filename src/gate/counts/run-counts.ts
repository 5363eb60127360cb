import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, endingOf, forkMeasurement } from '../operations/fork-measurement.ts'
import type { OperationName } from '../operations/operations.ts'
import type { Phase } from '../operations/version-failure.ts'
import { freshTag, type SharedServers } from '../operations/servers.ts'
import { judgeCounts, type CountVerdict } from './judge-counts.ts'
import {
  COUNTED,
  countEndingSchema,
  type CountEnding,
  type CountTask,
  type OperationCounts,
} from './operation-counts.ts'
import type { VersionName } from '../versions/both.ts'

/** Both versions' requests to the servers, and the verdicts. */
export type CountsOutcome =
  | {
      readonly kind: 'counted'
      readonly baseline: readonly OperationCounts[]
      readonly candidate: readonly OperationCounts[]
      readonly verdicts: readonly CountVerdict[]
    }
  | {
      readonly kind: 'failed'
      readonly version: VersionName
      readonly phase: Phase
      /** The operation, the phase and the error. */
      readonly why: string
      /** The version failed again. */
      readonly isConfirmed: boolean
    }

/**
 * Counts both versions' requests to servers without other users. A regression is counted twice, and a
 * failure must recur.
 * @throws EnvironmentError if the baseline's process ends without a result; the signal's reason if it is aborted.
 */
export async function runCounts(
  operations: readonly OperationName[],
  { redisUrl, natsUrls, ...folders }: SharedServers,
  signal: AbortSignal,
): Promise<CountsOutcome> {
  const countOne = (version: VersionName) => {
    const task = { ...COUNTED, operations: [...operations], redisUrl, natsUrls: [...natsUrls] }
    return runCountProcess({ ...task, folder: folders[version], tag: freshTag() }, signal)
  }
  const countBoth = async (): Promise<CountsOutcome> => {
    const baseline = await countOne('baseline')
    if (baseline.kind === 'failed') return failedBy('baseline', baseline)
    // A process that dies where the baseline's did not fails like one that throws.
    const candidate = await endingOf(
      () => countOne('candidate'),
      (error) => ({ kind: 'failed', operation: null, phase: 'call', error }) as const,
      signal,
    )
    if (candidate.kind === 'failed') return failedBy('candidate', candidate)
    return judged(baseline.operations, candidate.operations)
  }
  const first = await countBoth()
  if (first.kind === 'failed') {
    const again = await countBoth()
    const isConfirmed = again.kind === 'failed' && again.version === first.version
    return { ...first, isConfirmed }
  }
  const isRegression = first.verdicts.some(({ verdict }) => verdict === 'regression')
  if (!isRegression) return first
  // Housekeeping depends on the clock: a machine is unlikely to be busy twice for the same version.
  const second = await countBoth()
  if (second.kind === 'failed') return second
  return judged(joined(first.baseline, second.baseline), joined(first.candidate, second.candidate))
}

type Counted = readonly OperationCounts[]

function judged(baseline: Counted, candidate: Counted): CountsOutcome {
  return { kind: 'counted', baseline, candidate, verdicts: judgeCounts(baseline, candidate) }
}

/** The repeats of both counts. */
function joined(first: Counted, second: Counted): Counted {
  return first.map((counts) => {
    const again = second.find(({ operation }) => operation === counts.operation)
    return { ...counts, repeats: [...counts.repeats, ...(again?.repeats ?? [])] }
  })
}

function failedBy(
  version: VersionName,
  { operation, phase, error }: Extract<CountEnding, { kind: 'failed' }>,
): CountsOutcome {
  const doing = operation === null ? phase : `${operation}, ${phase}`
  return { kind: 'failed', version, phase, why: `${doing}: ${error}`, isConfirmed: false }
}

const PROGRAM = programBeside('count-process.ts', import.meta.url)
const PROCESS_TIMEOUT_MS = 300_000

/**
 * Counts one version's requests to the servers in a fresh process.
 * @throws EnvironmentError if the process ends without a result; the signal's reason if it is aborted.
 */
function runCountProcess(task: CountTask, signal: AbortSignal): Promise<CountEnding> {
  const measurement = {
    name: 'exact counts',
    program: PROGRAM,
    task,
    compileCache: compileCacheOf(task.folder),
    result: countEndingSchema,
    timeoutMs: PROCESS_TIMEOUT_MS,
  }
  return forkMeasurement(measurement, signal)
}
