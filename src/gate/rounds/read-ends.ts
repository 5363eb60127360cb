import { relative, resolve } from 'node:path'
import { EnvironmentError } from '../../environment/environment-error.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { Arm, ArmName } from '../versions/arm.ts'
import { misfitIn } from '../versions/incompatible.ts'
import { NotComparableError } from '../versions/not-comparable-error.ts'
import type { ArmRun, ArmTask } from './run-arm.ts'

type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>

/** What a round gives of each arm: an entry for each scenario that either of them measured. */
export interface RoundScenarios {
  readonly base: readonly ScenarioEntry[]
  readonly head: readonly ScenarioEntry[]
}

type Ended = Extract<ArmRun, { kind: 'ended' }>
type ReadTask = Pick<ArmTask, 'project' | 'scenarios' | 'timeoutMs'>

/**
 * What the runs of both arms come to, and who is at fault if one of them failed. The base has to measure
 * everything: only then does a failure of the head say something of the head.
 *
 * A head that begins a scenario is judged by it, whatever becomes of it: a scenario whose requests all
 * fail, whose preparation throws, whose process dies or that hangs is returned as that, for the decision
 * to take as the worst. A head that doesn't get so far is an error: its run ends, without being told to,
 * before a test of the scenario's file began, as by an error of syntax or at import, or because its process
 * died before the runner had heard of the test (Vitest reports tests some 100 ms later). Where the base
 * measured a scenario that the head's run left out, the head gets an entry for it, `unmeasured`; the
 * base gets none, because its run is complete.
 * @throws NotComparableError if the base alone doesn't fit the harness, which is of the head's version
 *   rather than of its own. EnvironmentError if the base fails otherwise; if both fail; if the head can't be
 *   started; if the head is not the version that is checked out and doesn't fit the harness either.
 */
export function readEnds(
  ended: Partial<Record<ArmName, ArmRun>>,
  arms: Readonly<Record<ArmName, Pick<Arm, 'version'>>>,
  task: ReadTask,
): RoundScenarios {
  const base = readBase(ended.base, task)
  const head = readHead(ended.head, task)
  if (base.kind === 'failed') throw faultOfBase(base, head)
  if (head.kind === 'failed') throw new EnvironmentError(`head ${head.why}`)
  if (head.misfit !== null && !isOfHarness(arms.head)) {
    throw new EnvironmentError(
      `head doesn't fit this checkout's harness: ${head.misfit}\nCheck the head out, and run the gate from there.`,
    )
  }
  return { base: base.scenarios, head: completed(head, base.scenarios, task) }
}

/** What a run gives, or why it can't be counted on. */
type End =
  | {
      readonly kind: 'measured'
      readonly run: Ended
      readonly scenarios: readonly ScenarioEntry[]
      /** What says that no request of an operation fits the harness, if something does. */
      readonly misfit: string | null
    }
  | { readonly kind: 'failed'; readonly why: string; readonly misfit: string | null }

/** That a measurement is invalid is no failure: another round may do. */
function readBase(run: ArmRun | undefined, task: ReadTask): End {
  const end = readHead(run, task)
  if (end.kind === 'failed') return end
  if (end.run.isTimedOut) return failed(hung(task))
  for (const entry of end.scenarios) {
    if (entry.state !== 'measured') {
      return failed(`measured nothing of ${entry.file}: ${entry.error}`)
    }
  }
  return end.misfit === null ? end : failed(`failed every request: ${end.misfit}`)
}

function readHead(run: ArmRun | undefined, task: ReadTask): End {
  if (run?.kind !== 'ended') return failed('was interrupted')
  const scenarios = run.run?.scenarios ?? []
  if (!run.isTimedOut) {
    const begun = new Set(scenarios.map(({ file }) => resolve(task.project, file)))
    const missing = task.scenarios.files.find((file) => !begun.has(file))
    if (missing !== undefined) {
      const name = relative(task.scenarios.folder, missing)
      return failed(`can't be started: no test of ${name} began.\n${run.output}`)
    }
  }
  return { kind: 'measured', run, scenarios, misfit: misfitOfRequests(scenarios) }
}

function failed(why: string): End {
  return { kind: 'failed', why, misfit: misfitIn(why) }
}

function hung({ timeoutMs }: Pick<ArmTask, 'timeoutMs'>): string {
  return `didn't end within ${Math.round(timeoutMs / 1_000)} s`
}

/** An interface that doesn't fit fails every request of an operation, and in the same way. */
function misfitOfRequests(scenarios: readonly ScenarioEntry[]): string | null {
  const operations = scenarios
    .filter((entry): entry is MeasuredScenario => entry.state === 'measured')
    .flatMap(({ result }) => result.operations)
  for (const { counts, errors } of operations) {
    if (counts.ok > 0) continue
    for (const { sample } of errors) {
      const misfit = misfitIn(sample)
      if (misfit !== null) return misfit
    }
  }
  return null
}

/** A misfit of both arms is the harness's own fault. */
function faultOfBase(base: Extract<End, { kind: 'failed' }>, head: End): Error {
  const isOfBoth = head.kind === 'failed' || head.misfit !== null
  if (base.misfit !== null && !isOfBoth) {
    return new NotComparableError(
      `Not comparable: base doesn't fit this checkout's harness: ${base.misfit}`,
    )
  }
  const whyHead = head.kind === 'failed' ? head.why : `failed every request: ${head.misfit}`
  return new EnvironmentError(
    [`base ${base.why}`, ...(isOfBoth ? [`head ${whyHead}`] : [])].join('\n'),
  )
}

/** The harness is the working tree's, so it is of the same version as the commit that is checked out. */
function isOfHarness({ version }: Pick<Arm, 'version'>): boolean {
  return version.kind === 'working-tree' || version.isCheckedOut
}

/** With an entry for each scenario of the base's; those that a hanging run was interrupted in are unmeasured. */
function completed(
  { run, scenarios }: Extract<End, { kind: 'measured' }>,
  base: readonly ScenarioEntry[],
  task: ReadTask,
): readonly ScenarioEntry[] {
  const why = run.isTimedOut ? hung(task) : `the head made no such load:\n${run.output}`
  const unmeasured = ({ name, file }: ScenarioEntry): ScenarioEntry => ({
    state: 'unmeasured',
    name,
    file,
    testStatus: 'failed',
    error: why,
  })
  const names = new Set(scenarios.map(({ name }) => name))
  return [
    ...scenarios.map((entry) =>
      run.isTimedOut && entry.testStatus === 'cancelled' ? unmeasured(entry) : entry,
    ),
    ...base.filter(({ name }) => !names.has(name)).map(unmeasured),
  ]
}
