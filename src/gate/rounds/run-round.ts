import type { RunFile } from '../../run-file/run-file.ts'
import type { Both, VersionName } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { readEnds, type RoundScenarios } from './read-ends.ts'
import { runVersion, type VersionRun, type RunTask } from './run-version.ts'

/** ABBA: the versions alternate in being first, so that a steady drift favours neither. */
export function orderOf(round: number): readonly [VersionName, VersionName] {
  return round % 2 === 0 ? ['baseline', 'candidate'] : ['candidate', 'baseline']
}

/** Receives the progress of a round. */
export interface RoundListener {
  /** A version's run begins. */
  onVersion(name: VersionName): void
  /** A version's run has ended with a run file, whatever the outcome of the round. */
  onRun(name: VersionName, run: RunFile): void
}

/**
 * Runs both versions consecutively.
 * @param round counted from 0; determines which version is first.
 * @returns `null` if interrupted.
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
