import type { RunFile } from '../../run-file/run-file.ts'
import type { Both, VersionName } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { readEnds, type RoundScenarios } from './read-ends.ts'
import { runVersion, type VersionRun, type RunTask } from './run-version.ts'

/** ABBA: the versions take turns at being first, so that a drift that goes on is no version's own. */
export function orderOf(round: number): readonly [VersionName, VersionName] {
  return round % 2 === 0 ? ['baseline', 'candidate'] : ['candidate', 'baseline']
}

/** Hears how a round goes. */
export interface RoundListener {
  /** An version's run begins. */
  onVersion(name: VersionName): void
  /** An version's run has ended and has a run file, whatever becomes of the round. */
  onRun(name: VersionName, run: RunFile): void
}

/**
 * Runs both versions, one right after the other.
 * @param round counted from 0; says which version is first.
 * @returns `null` if it was interrupted.
 * @throws as `readEnds` does.
 */
export async function runRound(
  versions: Both<PreparedVersion>,
  task: RunTask,
  round: number,
  signal: AbortSignal,
  listener: RoundListener,
): Promise<RoundScenarios | null> {
  const ended: Partial<Record<VersionName, VersionRun>> = {}
  for (const name of orderOf(round)) {
    listener.onVersion(name)
    const run = await runVersion(versions[name], task, signal)
    if (run.kind === 'interrupted' || signal.aborted) return null
    if (run.run !== null) listener.onRun(name, run.run)
    ended[name] = run
  }
  return readEnds(ended, versions, task)
}
