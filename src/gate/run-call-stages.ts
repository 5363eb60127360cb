import type { Backends, ServerBackends } from '../environment/backends.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import { startBackends } from '../environment/start-backends.ts'
import { defaultImages } from '../environment/settings.ts'
import { runCounts } from './counts/run-counts.ts'
import { runDrift } from './drift/run-drift.ts'
import type { GateProgress, StageName } from './gate-options.ts'
import type { OperationName } from './operations/operations.ts'
import type { SharedServers } from './operations/servers.ts'
import type { Both } from './versions/both.ts'
import { runPairs } from './pairs/run-pairs.ts'
import {
  verdictOfCounts,
  verdictOfDrift,
  verdictOfPairs,
  type CountsStage,
  type DriftStage,
  type PairsStage,
  type SkippedStage,
  type StageVerdict,
} from './stages.ts'

/** The stages that call the registry's operations. */
export interface CallStages {
  readonly counts: CountsStage
  readonly pairs: PairsStage
  readonly drift: DriftStage
}

/** The operations, versions, servers and requested stages. */
export interface CallTask {
  readonly stages: readonly StageName[]
  readonly operations: readonly OperationName[]
  /** Project folders of both versions. */
  readonly folders: Both<string>
  /** `null`: there are no servers to call. */
  readonly backends: Backends | null
  /** Why there is nothing to call, such as a subject without a registry; otherwise `null`. */
  readonly unavailable: string | null
}

/** Receives the verdict of each stage. */
export type StageListener = (name: StageName, verdict: StageVerdict) => void

/**
 * Runs the stages that call both versions' operations: counts and pairs, then drift unless there is a
 * regression. A candidate that fails ends them.
 * @throws EnvironmentError if the candidate can't be imported, or a process fails through no version's
 *   fault, unless a regression was found before.
 */
export async function runCallStages(
  task: CallTask,
  progress: GateProgress,
  onStage: StageListener,
  signal: AbortSignal,
): Promise<CallStages> {
  const { stages, operations, folders, backends, unavailable } = task
  let isRegression = false
  let isCandidateBroken = false
  const stageOf = async <T extends object>(
    name: StageName,
    run: (servers: ServerBackends) => Promise<T | SkippedStage>,
    verdictOf: (stage: T | SkippedStage) => StageVerdict,
  ): Promise<T | SkippedStage> => {
    if (!stages.includes(name)) return skipped('not requested')
    if (unavailable !== null) return skipped(unavailable)
    // Servers that couldn't be started don't make a pass.
    if (backends === null || backends.kind === 'memory') return missed('there are no real servers')
    // Counts show the requests to the servers, pairs their cost: neither replaces the other.
    if (name === 'pairs' ? isCandidateBroken : isRegression) {
      return skipped('a regression was found before')
    }
    if (signal.aborted) return missed('interrupted')
    try {
      const stage = await run(backends)
      const verdict = verdictOf(stage)
      isRegression ||= verdict === 'regression'
      isCandidateBroken ||= verdict === 'regression' && isFailed(stage)
      onStage(name, verdict)
      return stage
    } catch (error) {
      if (signal.aborted) return missed('interrupted')
      // An earlier regression took minutes to find, and decides.
      if (!isRegression || !(error instanceof EnvironmentError)) throw error
      return missed(error.message)
    }
  }
  const shared = ({ redisUrl, natsUrls }: ServerBackends): SharedServers => ({
    ...folders,
    redisUrl,
    natsUrls,
  })
  return {
    counts: await stageOf(
      'counts',
      async (servers) => {
        progress.live('counts: requests of each operation to Redis and NATS')
        return onOwnServers(servers, async (own) => {
          const outcome = await runCounts(operations, shared(own), signal)
          if (
            outcome.kind === 'failed' &&
            outcome.version === 'candidate' &&
            outcome.phase === 'import'
          ) {
            throw new EnvironmentError(`The candidate can't be imported: ${outcome.why}`)
          }
          return outcome
        })
      },
      verdictOfCounts,
    ),
    pairs: await stageOf(
      'pairs',
      async (servers) => ({
        kind: 'measured' as const,
        operations: await runPairs(operations, shared(servers), progress, signal),
      }),
      verdictOfPairs,
    ),
    drift: await stageOf(
      'drift',
      (servers) => runDrift(operations, shared(servers), progress, signal),
      verdictOfDrift,
    ),
  }
}

function isFailed(stage: object): boolean {
  return 'kind' in stage && stage.kind === 'failed'
}

/** Counts need servers without other users; given servers may have some. */
async function onOwnServers<T>(
  servers: ServerBackends,
  count: (own: ServerBackends) => Promise<T>,
): Promise<T | SkippedStage> {
  if (servers.kind !== 'external') return count(servers)
  const own = await startOwn()
  if (own === null) {
    return skipped('others may use the servers, and no local programs are available')
  }
  try {
    return own.backends.kind === 'memory' ? skipped('') : await count(own.backends)
  } finally {
    await own.stop()
  }
}

async function startOwn() {
  try {
    return await startBackends({ choice: 'programs', images: defaultImages, onProgress: () => {} })
  } catch (error) {
    if (error instanceof EnvironmentError) return null
    throw error
  }
}

function skipped(why: string): SkippedStage {
  return { kind: 'skipped', why, isMissed: false }
}

function missed(why: string): SkippedStage {
  return { kind: 'skipped', why, isMissed: true }
}
