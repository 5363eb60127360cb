import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, forkMeasurement } from '../operations/fork-measurement.ts'
import type { GateProgress } from '../gate-options.ts'
import type { OperationName } from '../operations/operations.ts'
import { freshTag, type SharedServers } from '../operations/servers.ts'
import type { FailedVersion } from '../operations/version-failure.ts'
import { withControl } from '../operations/with-control.ts'
import { driftEndingSchema, type DriftEnding, type DriftTask } from './drift-series.ts'
import { DRIFT_RULE, driftOf, isDrifting, type DriftEvidence } from './judge-drift.ts'

/** An operation's drift and its verdict. */
export interface JudgedDrift {
  readonly verdict: 'pass' | 'regression'
  readonly screening: DriftEvidence
  /** A suspect measured alone; `null` for other operations. */
  readonly confirmation: DriftEvidence | null
}

export type DriftOutcome =
  | { readonly kind: 'judged'; readonly operations: readonly JudgedDrift[] }
  | (FailedVersion & {
      /** The version failed again. */
      readonly isConfirmed: boolean
    })

/** A single failure may be the machine's fault. */
function confirmed(failure: FailedVersion, again: DriftEnding): DriftOutcome {
  return { ...failure, isConfirmed: again.kind === 'failed' && again.version === failure.version }
}

/**
 * Looks for an operation that slows down over time, by `DRIFT_RULE`.
 * @throws EnvironmentError as `withControl` does; the signal's reason if it is aborted.
 */
export async function runDrift(
  operations: readonly OperationName[],
  servers: SharedServers,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<DriftOutcome> {
  const measure = (names: readonly OperationName[], stage: keyof typeof DRIFT_RULE) => {
    const { durationMs, windows } = DRIFT_RULE[stage]
    const what = stage === 'screening' ? 'all operations' : `${names.join(', ')} alone`
    progress.live(`drift: ${what}, ${durationMs / 1_000} s`)
    const task = { ...servers, operations: [...names], natsUrls: [...servers.natsUrls] }
    return withControl(
      (candidate) =>
        runDriftProcess({ ...task, candidate, tag: freshTag(), durationMs, windows }, signal),
      servers,
      signal,
    )
  }
  const screened = await measure(operations, 'screening')
  if (screened.kind === 'failed') {
    return confirmed(screened, await measure(operations, 'screening'))
  }
  const judged: JudgedDrift[] = []
  for (const series of screened.series) {
    const screening = driftOf(series)
    if (!isDrifting(screening, 'screening')) {
      judged.push({ verdict: 'pass', screening, confirmation: null })
      continue
    }
    const alone = await measure([screening.operation], 'confirmation')
    if (alone.kind === 'failed') {
      return confirmed(alone, await measure([screening.operation], 'confirmation'))
    }
    const confirmation = alone.series[0] === undefined ? null : driftOf(alone.series[0])
    const isConfirmed = confirmation !== null && isDrifting(confirmation, 'confirmation')
    judged.push({ verdict: isConfirmed ? 'regression' : 'pass', screening, confirmation })
  }
  return { kind: 'judged', operations: judged }
}

const PROGRAM = programBeside('drift-process.ts', import.meta.url)
const PATIENCE_MS = 300_000

/**
 * Measures the operations' paired ratios over time in one long process.
 * @throws EnvironmentError if the process ends without a result; the signal's reason if it is aborted.
 */
export function runDriftProcess(task: DriftTask, signal: AbortSignal): Promise<DriftEnding> {
  const measurement = {
    name: 'drift',
    program: PROGRAM,
    task,
    compileCache: compileCacheOf(task.baseline),
    result: driftEndingSchema,
    timeoutMs: 2 * task.durationMs + PATIENCE_MS,
  }
  return forkMeasurement(measurement, signal)
}
