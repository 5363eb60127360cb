import type { RunFile } from '../../run-file/run-file.ts'
import type { Arm, ArmName } from '../versions/arm.ts'
import { readEnds, type RoundScenarios } from './read-ends.ts'
import { runArm, type ArmRun, type ArmTask } from './run-arm.ts'

/** Both sides of a comparison. */
export interface Arms {
  readonly base: Arm
  readonly head: Arm
}

/** ABBA: the arms take turns at being first, so that a drift that goes on is no arm's own. */
export function orderOf(round: number): readonly [ArmName, ArmName] {
  return round % 2 === 0 ? ['base', 'head'] : ['head', 'base']
}

/** Hears how a round goes. */
export interface RoundListener {
  /** An arm's run begins. */
  onArm(name: ArmName): void
  /** An arm's run has ended and has a run file, whatever becomes of the round. */
  onRun(name: ArmName, run: RunFile): void
}

/**
 * Runs both arms, one right after the other.
 * @param round counted from 0; says which arm is first.
 * @returns `null` if it was interrupted.
 * @throws as `readEnds` does.
 */
export async function runRound(
  arms: Arms,
  task: ArmTask,
  round: number,
  signal: AbortSignal,
  listener: RoundListener,
): Promise<RoundScenarios | null> {
  const ended: Partial<Record<ArmName, ArmRun>> = {}
  for (const name of orderOf(round)) {
    listener.onArm(name)
    const run = await runArm(arms[name], task, signal)
    if (run.kind === 'interrupted' || signal.aborted) return null
    if (run.run !== null) listener.onRun(name, run.run)
    ended[name] = run
  }
  return readEnds(ended, arms, task)
}
