import { programBeside } from '../../program-beside.ts'
import { compileCacheOf, forkMeasurement } from '../operations/fork-measurement.ts'
import type { GateProgress } from '../gate-options.ts'
import type { OperationName } from '../operations/operations.ts'
import { freshTag, type SharedServers } from '../operations/servers.ts'
import { judgePairs, PROCESSES, type PairState } from './judge-pairs.ts'
import { pairEndingSchema, type PairEnding } from './pair-estimate.ts'
import { PAIR_TIMES, type PairTask } from './pair-task.ts'
import { shuffled } from '../../stats/random.ts'
import { withControl } from '../operations/with-control.ts'

/** An operation with its processes' endings and its state. */
export interface MeasuredPairs {
  readonly operation: OperationName
  readonly endings: readonly PairEnding[]
  readonly state:
    | Exclude<PairState, { kind: 'processes wanted' }>
    | { readonly kind: 'interrupted' }
}

/**
 * Measures operations by pairs until each is judged: five processes each, with the operations in a freshly
 * drawn order per round of processes; then five more for those that need them, unless there is a regression.
 * @param signal ends it; operations not judged by then are interrupted.
 * @throws EnvironmentError as `withControl` does.
 */
export async function runPairs(
  operations: readonly OperationName[],
  servers: SharedServers,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<readonly MeasuredPairs[]> {
  const endings = new Map<OperationName, PairEnding[]>(operations.map((name) => [name, []]))
  let most: number = PROCESSES.most
  const stateOf = (operation: OperationName) =>
    judgePairs(operation, endings.get(operation) ?? [], most)
  for (let round = 1; ; round += 1) {
    const wanting = operations.filter((name) => stateOf(name).kind === 'processes wanted')
    if (wanting.length === 0 || signal.aborted) break
    // A regression decides, whatever more processes would show for other operations.
    if (round > PROCESSES.first && operations.some((name) => isRegression(stateOf(name)))) {
      most = PROCESSES.first
      break
    }
    const of = round > PROCESSES.first ? PROCESSES.most : PROCESSES.first
    for (const operation of shuffled(wanting)) {
      if (signal.aborted) break
      progress.live(`pairs: ${operation}, process ${round} of ${of}`)
      const ending = await measureOnce(operation, servers, signal)
      if (ending !== null) endings.get(operation)?.push(ending)
    }
  }
  return operations.map((operation): MeasuredPairs => {
    const state = stateOf(operation)
    return {
      operation,
      endings: endings.get(operation) ?? [],
      state: state.kind === 'processes wanted' ? { kind: 'interrupted' } : state,
    }
  })
}

function isRegression(state: PairState): boolean {
  if (state.kind === 'failed') return state.version === 'candidate'
  if (state.kind === 'processes wanted') return false
  return state.metrics.some(({ verdict }) => verdict.kind === 'regression')
}

/** @returns `null` if interrupted. */
async function measureOnce(
  operation: OperationName,
  servers: SharedServers,
  signal: AbortSignal,
): Promise<PairEnding | null> {
  const measure = (candidate: string) => {
    const task = { ...servers, ...PAIR_TIMES, operation, natsUrls: [...servers.natsUrls] }
    return runPairProcess({ ...task, candidate, tag: freshTag() }, signal)
  }
  try {
    return await withControl(measure, servers, signal)
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

const PROGRAM = programBeside('pair-process.ts', import.meta.url)

/** Time beyond the measurement for starting, preparing and one step that never ends, in ms. */
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
    compileCache: compileCacheOf(task.baseline),
    result: pairEndingSchema,
    timeoutMs: warmUpMs + 3 * (pairsMs + cpuMs + deferredMs) + PATIENCE_MS,
  }
  return forkMeasurement(measurement, signal)
}
