import { relative, resolve } from 'node:path'
import { EnvironmentError } from '../../environment/environment-error.ts'
import type { RunFile, ScenarioEntry } from '../../results/run-file.ts'
import type { Arm, ArmName } from '../versions/arm.ts'
import { misfitIn } from '../versions/incompatible.ts'
import { NotComparableError } from '../versions/not-comparable-error.ts'
import { runArm, type ArmRun, type ArmTask } from './run-arm.ts'

type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>

/** Both sides of a comparison. */
export interface Arms {
  readonly base: Arm
  readonly head: Arm
}

/** What a round measured: one run of each arm. */
export interface RoundRuns {
  readonly base: RunFile
  readonly head: RunFile
}

/** ABBA: the arms take turns at being first, so that a drift that goes on is no arm's own. */
export function orderOf(round: number): readonly [ArmName, ArmName] {
  return round % 2 === 0 ? ['base', 'head'] : ['head', 'base']
}

/**
 * Runs both arms, one right after the other.
 * @param round counted from 0; says which arm is first.
 * @param onArm is told which arm begins.
 * @returns `null` if it was interrupted.
 * @throws NotComparableError if one arm's registry doesn't fit the harness; EnvironmentError if an arm
 *   measures nothing, or doesn't prove what it measured.
 */
export async function runRound(
  arms: Arms,
  task: ArmTask,
  round: number,
  signal: AbortSignal,
  onArm: (name: ArmName) => void,
): Promise<RoundRuns | null> {
  const ended: Partial<Record<ArmName, ArmRun>> = {}
  for (const name of orderOf(round)) {
    onArm(name)
    ended[name] = await runArm(arms[name], task, signal)
    if (signal.aborted) return null
  }
  return readEnds(ended, task)
}

/**
 * What the runs of both arms measured, if each of them did.
 * @throws as `runRound` does.
 */
export function readEnds(
  ended: Partial<Record<ArmName, ArmRun>>,
  task: Pick<ArmTask, 'scenarios' | 'harness'>,
): RoundRuns {
  const runs = { base: readEnd(ended.base, task), head: readEnd(ended.head, task) }
  if (runs.base.kind === 'measured' && runs.head.kind === 'measured') {
    return { base: runs.base.run, head: runs.head.run }
  }
  throw errorOf(runs)
}

/** A run that can be counted on, or why there is none. */
type End =
  | { readonly kind: 'measured'; readonly run: RunFile }
  /** `misfit`: the line that says that harness and registry don't fit together, if one does. */
  | { readonly kind: 'failed'; readonly why: string; readonly misfit: string | null }

/** That a measurement is invalid is no failure: another round may do. */
function readEnd(
  ended: ArmRun | undefined,
  { scenarios, harness }: Pick<ArmTask, 'scenarios' | 'harness'>,
): End {
  if (ended === undefined || ended.kind === 'interrupted') return failed('was interrupted')
  if (ended.kind === 'unproven') return failed(`doesn't prove what it measured: ${ended.flaw}`)
  if (ended.kind === 'crashed') return failed(`measured nothing:\n${ended.output}`)
  const { run, output } = ended
  for (const file of scenarios.files) {
    const name = relative(scenarios.folder, file)
    const entries = run.scenarios.filter((entry) => resolve(harness, entry.file) === file)
    if (entries.length === 0) return failed(`measured nothing of ${name}:\n${output}`)
    for (const entry of entries) {
      if (entry.state !== 'measured') {
        return failed(`measured nothing of ${name}: ${entry.error}`)
      }
      const misfit = misfitOfRequests(entry)
      if (misfit === null) continue
      return { kind: 'failed', why: `${name}: no request succeeded: ${misfit}`, misfit }
    }
  }
  return { kind: 'measured', run }
}

function failed(why: string): End {
  return { kind: 'failed', why, misfit: misfitIn(why) }
}

/** An interface that doesn't fit fails every request of an operation, and in the same way. */
function misfitOfRequests({ result }: MeasuredScenario): string | null {
  for (const { counts, errors } of result.operations) {
    if (counts.ok > 0) continue
    for (const { sample } of errors) {
      const misfit = misfitIn(sample)
      if (misfit !== null) return misfit
    }
  }
  return null
}

/** A misfit of both arms is the harness's own fault. */
function errorOf({ base, head }: Readonly<Record<ArmName, End>>): Error {
  const failures = [
    { name: 'base', end: base },
    { name: 'head', end: head },
  ].flatMap(({ name, end }) => (end.kind === 'failed' ? [{ name, ...end }] : []))
  const [only, ...others] = failures
  if (only !== undefined && others.length === 0 && only.misfit !== null) {
    const what = `the registry of ${only.name} doesn't fit this checkout's harness`
    return new NotComparableError(`Not comparable: ${what}: ${only.misfit}`)
  }
  return new EnvironmentError(failures.map(({ name, why }) => `${name} ${why}`).join('\n'))
}
