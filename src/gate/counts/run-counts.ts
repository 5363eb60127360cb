import { EnvironmentError } from '../../environment/environment-error.ts'
import type { OperationName } from '../operations/operations.ts'
import type { Phase } from '../operations/version-failure.ts'
import { freshTag, type SharedServers } from '../operations/servers.ts'
import { COUNTED } from './count-task.ts'
import { judgeCounts, type CountVerdict } from './judge-counts.ts'
import type { CountEnding, OperationCounts } from './operation-counts.ts'
import { runCountProcess } from './run-count-process.ts'
import type { ArmName } from '../versions/arm.ts'

/** What both versions ask of the servers, and what that says. */
export type CountsOutcome =
  | {
      readonly kind: 'counted'
      readonly base: readonly OperationCounts[]
      readonly head: readonly OperationCounts[]
      readonly verdicts: readonly CountVerdict[]
    }
  | {
      readonly kind: 'failed'
      readonly arm: ArmName
      readonly phase: Phase
      /** What it was doing, and the error. */
      readonly why: string
      /** Whether the version failed again. */
      readonly isConfirmed: boolean
    }

/**
 * Counts what both versions' operations ask of servers that nobody else uses; a regression is counted
 * twice, and a failure has to come again.
 * @throws EnvironmentError if the base's process ends without a result; the signal's reason if it is aborted.
 */
export async function runCounts(
  operations: readonly OperationName[],
  { redisUrl, natsUrls, ...folders }: SharedServers,
  signal: AbortSignal,
): Promise<CountsOutcome> {
  const countOne = (arm: ArmName) => {
    const task = { ...COUNTED, operations: [...operations], redisUrl, natsUrls: [...natsUrls] }
    return runCountProcess({ ...task, folder: folders[arm], tag: freshTag() }, signal)
  }
  const countBoth = async (): Promise<CountsOutcome> => {
    const base = await countOne('base')
    if (base.kind === 'failed') return failedBy('base', base)
    const head = await headEnding(() => countOne('head'), signal)
    if (head.kind === 'failed') return failedBy('head', head)
    return judged(base.operations, head.operations)
  }
  const first = await countBoth()
  if (first.kind === 'failed') {
    const again = await countBoth()
    const isConfirmed = again.kind === 'failed' && again.arm === first.arm
    return { ...first, isConfirmed }
  }
  const isRegression = first.verdicts.some(({ verdict }) => verdict === 'regression')
  if (!isRegression) return first
  // Housekeeping goes by the clock: a machine that was busy for one version is not for both, twice.
  const second = await countBoth()
  if (second.kind === 'failed') return second
  return judged(joined(first.base, second.base), joined(first.head, second.head))
}

/** A head whose process dies, after the base's did not, fails like one that throws. */
async function headEnding(
  count: () => Promise<CountEnding>,
  signal: AbortSignal,
): Promise<CountEnding> {
  try {
    return await count()
  } catch (error) {
    if (signal.aborted || !(error instanceof EnvironmentError)) throw error
    return { kind: 'failed', operation: null, phase: 'call', error: error.message }
  }
}

type Counted = readonly OperationCounts[]

function judged(base: Counted, head: Counted): CountsOutcome {
  return { kind: 'counted', base, head, verdicts: judgeCounts(base, head) }
}

/** The repeats of both. */
function joined(first: Counted, second: Counted): Counted {
  return first.map((counts) => {
    const again = second.find(({ operation }) => operation === counts.operation)
    return { ...counts, repeats: [...counts.repeats, ...(again?.repeats ?? [])] }
  })
}

function failedBy(
  arm: ArmName,
  { operation, phase, error }: Extract<CountEnding, { kind: 'failed' }>,
): CountsOutcome {
  const doing = operation === null ? phase : `${operation}, ${phase}`
  return { kind: 'failed', arm, phase, why: `${doing}: ${error}`, isConfirmed: false }
}
