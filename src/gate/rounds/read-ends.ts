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
 * What the runs of both versions come to, and who is at fault if one of them failed. The baseline has to measure
 * everything: only then does a failure of the candidate say something of the candidate.
 *
 * A candidate that begins a scenario is judged by it, whatever becomes of it: a scenario whose requests all
 * fail, whose preparation throws, whose process dies or that hangs is returned as that, for the decision
 * to take as the worst. A candidate that doesn't get so far is an error: its run ends, without being told to,
 * before a test of the scenario's file began, as by an error of syntax or at import, or because its process
 * died before the runner had heard of the test (Vitest reports tests some 100 ms later). Where the baseline
 * measured a scenario that the candidate's run left out, the candidate gets an entry for it, `unmeasured`; the
 * baseline gets none, because its run is complete.
 * @throws UserError, exit code 4, if the baseline alone doesn't fit the harness, which is of the candidate's version
 *   rather than of its own. EnvironmentError if the baseline fails otherwise; if both fail; if the candidate can't be
 *   started; if the candidate is not the version that is checked out and doesn't fit the harness either.
 */
export function readEnds(
  ended: Partial<Both<VersionRun>>,
  versions: Both<Pick<PreparedVersion, 'version'>>,
  task: ReadTask,
): RoundScenarios {
  const baseline = readBaseline(ended.baseline, task)
  const candidate = readCandidate(ended.candidate, task)
  if (baseline.kind === 'failed') throw faultOfBaseline(baseline, candidate)
  if (candidate.kind === 'failed') throw new EnvironmentError(`candidate ${candidate.why}`)
  if (candidate.misfit !== null && !isOfHarness(versions.candidate)) {
    throw new EnvironmentError(
      `candidate doesn't fit this checkout's harness: ${candidate.misfit}\nCheck the candidate out, and run the gate from there.`,
    )
  }
  return { baseline: baseline.scenarios, candidate: completed(candidate, baseline.scenarios, task) }
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

/** A misfit of both versions is the harness's own fault. */
function faultOfBaseline(baseline: Extract<End, { kind: 'failed' }>, candidate: End): Error {
  const isOfBoth = candidate.kind === 'failed' || candidate.misfit !== null
  if (baseline.misfit !== null && !isOfBoth) {
    return new UserError(
      `Not comparable: baseline doesn't fit this checkout's harness: ${baseline.misfit}`,
      { exitCode: EXIT.notComparable },
    )
  }
  const whyCandidate =
    candidate.kind === 'failed' ? candidate.why : `failed every request: ${candidate.misfit}`
  return new EnvironmentError(
    [`baseline ${baseline.why}`, ...(isOfBoth ? [`candidate ${whyCandidate}`] : [])].join('\n'),
  )
}

/** The harness is the working tree's, so it is of the same version as the commit that is checked out. */
function isOfHarness({ version }: Pick<PreparedVersion, 'version'>): boolean {
  return version.kind === 'working-tree' || version.isCheckedOut
}

/** With an entry for each scenario of the baseline's; those that a hanging run was interrupted in are unmeasured. */
function completed(
  { run, scenarios }: Extract<End, { kind: 'measured' }>,
  baseline: readonly ScenarioEntry[],
  task: ReadTask,
): readonly ScenarioEntry[] {
  const why = run.isTimedOut ? hung(task) : `the candidate made no such load:\n${run.output}`
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
