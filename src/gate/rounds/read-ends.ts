import { relative, resolve } from 'node:path'
import { EnvironmentError } from '../../environment/environment-error.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { Both } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { EXIT } from '../../exit-code.ts'
import { UserError } from '../../user-error.ts'
import { misfitIn } from '../versions/incompatible.ts'
import type { VersionRun, RunTask } from './run-version.ts'

type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>

/** The entries of one round: per version, one for each scenario that either version measured. */
export type RoundScenarios = Both<readonly ScenarioEntry[]>

type Ended = Extract<VersionRun, { kind: 'ended' }>
type ReadTask = Pick<RunTask, 'project' | 'scenarios' | 'timeoutMs'>

/**
 * Reads the runs of both versions, and attributes a failure to its version. The baseline must measure
 * everything: only then does a failure of the candidate count against the candidate.
 *
 * A candidate that begins a scenario is judged by it, whatever happens: if all requests fail, the preparation
 * throws, the process dies or the scenario hangs, its entry says so and the decision counts it as the worst.
 * A candidate that doesn't get that far is an error: its run ends by itself before any test of the file began,
 * because of a syntax or import error, or because the process died before the runner heard of the test
 * (Vitest reports tests about 100 ms later). A scenario of the baseline that is missing from the candidate's run
 * gets an `unmeasured` entry; the baseline needs none, because its run is complete.
 * @throws UserError (exit code 4) if only the baseline doesn't fit the harness, which has the candidate's version.
 *   EnvironmentError if the baseline fails otherwise; if both fail; if the candidate can't be started; if the
 *   candidate isn't the version checked out and doesn't fit the harness either.
 */
export function readEnds(
  ended: Partial<Both<VersionRun>>,
  versions: Both<Pick<PreparedVersion, 'version'>>,
  task: ReadTask,
): RoundScenarios {
  const baseline = readBaseline(ended.baseline, task)
  const candidate = readCandidate(ended.candidate, task)
  if (baseline.kind === 'failed') throw faultOfBaseline(baseline, candidate)
  if (candidate.kind === 'failed') throw new EnvironmentError(`The candidate ${candidate.why}`)
  if (candidate.misfit !== null && !isOfHarness(versions.candidate)) {
    throw new EnvironmentError(
      `The candidate doesn't fit this checkout's harness: ${candidate.misfit}\nCheck the candidate out and run the gate from there.`,
    )
  }
  return { baseline: baseline.scenarios, candidate: completed(candidate, baseline.scenarios, task) }
}

/** The entries of a run, or why it is unusable. */
type End =
  | {
      readonly kind: 'measured'
      readonly run: Ended
      readonly scenarios: readonly ScenarioEntry[]
      /** The error that shows that an operation doesn't fit the harness; otherwise `null`. */
      readonly misfit: string | null
    }
  | { readonly kind: 'failed'; readonly why: string; readonly misfit: string | null }

/** An invalid measurement is not a failure: another round may be valid. */
function readBaseline(run: VersionRun | undefined, task: ReadTask): End {
  const end = readCandidate(run, task)
  if (end.kind === 'failed') return end
  if (end.run.isTimedOut) return failed(hung(task))
  for (const entry of end.scenarios) {
    if (entry.state !== 'measured') {
      return failed(`measured nothing of ${entry.file}: ${entry.error}`)
    }
  }
  return end.misfit === null ? end : failed(`failed every request: ${end.misfit}`)
}

function readCandidate(run: VersionRun | undefined, task: ReadTask): End {
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

function hung({ timeoutMs }: Pick<RunTask, 'timeoutMs'>): string {
  return `didn't end within ${Math.round(timeoutMs / 1_000)} s`
}

/** An interface that doesn't fit fails every request of an operation in the same way. */
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

/** If neither version fits, the harness is at fault. */
function faultOfBaseline(baseline: Extract<End, { kind: 'failed' }>, candidate: End): Error {
  const isOfBoth = candidate.kind === 'failed' || candidate.misfit !== null
  if (baseline.misfit !== null && !isOfBoth) {
    return new UserError(
      `Not comparable: the baseline doesn't fit this checkout's harness: ${baseline.misfit}`,
      { exitCode: EXIT.notComparable },
    )
  }
  const whyCandidate =
    candidate.kind === 'failed' ? candidate.why : `failed every request: ${candidate.misfit}`
  return new EnvironmentError(
    [`The baseline ${baseline.why}`, ...(isOfBoth ? [`The candidate ${whyCandidate}`] : [])].join(
      '\n',
    ),
  )
}

/** The harness comes from the working tree, so its version is the commit that is checked out. */
function isOfHarness({ version }: Pick<PreparedVersion, 'version'>): boolean {
  return version.kind === 'working-tree' || version.isCheckedOut
}

/** Adds an `unmeasured` entry for each missing scenario of the baseline, and for scenarios that hung. */
function completed(
  { run, scenarios }: Extract<End, { kind: 'measured' }>,
  baseline: readonly ScenarioEntry[],
  task: ReadTask,
): readonly ScenarioEntry[] {
  const why = run.isTimedOut ? hung(task) : `the candidate did not make this load:\n${run.output}`
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
    ...baseline.filter(({ name }) => !names.has(name)).map(unmeasured),
  ]
}
