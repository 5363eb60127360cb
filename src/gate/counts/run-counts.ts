import type { OperationName } from '../operations/operations.ts'
import { freshTag, type SharedServers } from '../operations/servers.ts'
import { COUNTED } from './count-task.ts'
import { judgeCounts, type CountVerdict } from './judge-counts.ts'
import type { OperationCounts } from './operation-counts.ts'
import { runCountProcess } from './run-count-process.ts'

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
      readonly arm: 'base' | 'head'
      /** What it was doing, and the error. */
      readonly why: string
    }

/**
 * Counts what both versions' operations ask of servers that nobody else uses.
 * @throws EnvironmentError if a process ends without a result; the signal's reason if it is aborted.
 */
export async function runCounts(
  operations: readonly OperationName[],
  { redisUrl, natsUrls, ...folders }: SharedServers,
  signal: AbortSignal,
): Promise<CountsOutcome> {
  const countOne = (arm: 'base' | 'head') => {
    const task = { ...COUNTED, operations: [...operations], redisUrl, natsUrls: [...natsUrls] }
    return runCountProcess({ ...task, folder: folders[arm], tag: freshTag() }, signal)
  }
  const base = await countOne('base')
  if (base.kind === 'failed') return { kind: 'failed', arm: 'base', why: whyOf(base) }
  const head = await countOne('head')
  if (head.kind === 'failed') return { kind: 'failed', arm: 'head', why: whyOf(head) }
  const verdicts = judgeCounts(base.operations, head.operations)
  return { kind: 'counted', base: base.operations, head: head.operations, verdicts }
}

function whyOf(failed: {
  readonly operation: OperationName | null
  readonly phase: string
  readonly error: string
}): string {
  const { operation, phase, error } = failed
  return `${operation === null ? phase : `${operation}, ${phase}`}: ${error}`
}
