import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvironmentError } from '../environment/environment-error.ts'
import { startBackends, type StartedBackends } from '../environment/start-backends.ts'
import { readEnvironment } from '../run-file/provenance/environment.ts'
import { ensureWritableFolder, resultsFolderError } from '../run-file/write/results-folder.ts'
import { RunClock } from '../run-file/write/run-clock.ts'
import { numberedRunId, timestampOf } from '../run-file/run-id.ts'
import { systemOf, type Backends } from '../environment/backends.ts'
import { systemText } from '../environment/system.ts'
import { STAGES, type GateOptions, type GateProgress } from './gate-options.ts'
import { GATE_SCHEMA_VERSION, type GateReport } from './report/gate-report.ts'
import { clock } from './report/figures.ts'
import { requireBudget, runRounds, type MeasuredRounds } from './rounds/run-rounds.ts'
import { scenarioFiles } from './rounds/scenario-files.ts'
import { runCallStages, type CallStages, type StageListener } from './run-call-stages.ts'
import {
  sumUpStages,
  verdictOfCounts,
  verdictOfDrift,
  verdictOfPairs,
  verdictOfSkipped,
  worstOf,
  type SkippedStage,
  type StageVerdict,
} from './stages.ts'
import {
  prepareVersion,
  type PreparedVersion,
  type VersionPlan,
} from './versions/prepare-version.ts'
import type { Both } from './versions/both.ts'
import { openRepository, resolveCommit, type Repository } from './versions/git.ts'
import { isEqual, samenessOf } from './versions/sameness.ts'
import { DEFAULT_SUBJECT } from './versions/subject.ts'
import { describeVersion, workingTree, type Version } from './versions/version.ts'

/**
 * Compares two versions of the subject: prepares both and, unless they are equal, starts servers and runs
 * the stages until one finds a regression. However it ends, it removes everything it created except the run
 * files and the report.
 * @param signal ends it early; whatever is undecided by then is reported as inconclusive.
 * @throws InputError, EnvironmentError, ResultsFolderError, RunFileError; UserError if the
 *   baseline doesn't fit the harness; the signal's reason, if it is aborted before the first stage.
 */
export async function runGate(
  options: GateOptions,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<GateReport> {
  const runClock = new RunClock()
  const { project, scenarioFolder, budgetMs } = options
  const files = scenarioFiles(scenarioFolder, options.scenarios)
  if (options.stages.includes('rounds')) requireBudget(budgetMs, files.length, options.durationMs)
  const repository = await openRepository(project)
  const versions = await versionsOf(options, repository)
  ensureWritableFolder(options.resultsFolder)
  const runs = claimFolder(join(options.resultsFolder, `gate-${timestampOf(runClock.startedAt)}`))

  // The real path, because modules are identified by it.
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'prism-gate-')))
  let servers: StartedBackends | null = null
  try {
    const plan = { ...options, files }
    const prepared = await prepareVersions(versions, repository, workspace, plan, progress, signal)
    const sameness = samenessOf(prepared.baseline, prepared.candidate)
    signal.throwIfAborted()
    const place = { prepared, runs, workspace, files, runClock }
    const isToMeasure = !isEqual(sameness) || options.measuresEqual
    if (isToMeasure && options.backends !== null) {
      servers = await startBackends({
        ...options.backends,
        onProgress: (message) => progress.note(message),
      })
    }
    const measured = isToMeasure
      ? await measure(options, servers?.backends ?? null, place, progress, signal)
      : NOTHING_TO_MEASURE
    const verdict = isToMeasure ? sumUpStages(measured.verdicts).kind : 'pass'
    return {
      kind: 'gate',
      schemaVersion: GATE_SCHEMA_VERSION,
      status: signal.aborted ? 'interrupted' : 'complete',
      startedAt: runClock.startedAt.toISOString(),
      finishedAt: runClock.now().toISOString(),
      baseline: describePrepared(prepared.baseline),
      candidate: describePrepared(prepared.candidate),
      subject: [...options.subject],
      sameness,
      environment: describeEnvironment(servers),
      budgetMs,
      elapsedMs: runClock.elapsedMs,
      stages: measured.stages,
      verdict,
      exitCode: sumUpStages([verdict]).exitCode,
      runs,
    }
  } catch (error) {
    removeIfEmpty(runs)
    throw error
  } finally {
    try {
      await servers?.stop()
    } finally {
      rmSync(workspace, { recursive: true, force: true })
    }
  }
}

/** The prepared versions and the folders of one gate. */
interface Place {
  readonly prepared: Both<PreparedVersion>
  readonly files: readonly string[]
  /** For temporary files. */
  readonly workspace: string
  /** For the run files. */
  readonly runs: string
  readonly runClock: RunClock
}

/** The results of all stages. */
interface Measured {
  readonly stages: CallStages & { readonly rounds: MeasuredRounds | SkippedStage }
  readonly verdicts: readonly StageVerdict[]
}

const EQUAL = {
  kind: 'skipped',
  why: 'both versions are equal: the subject, its packages and Node',
  isMissed: false,
} as const
const NOTHING_TO_MEASURE: Measured = {
  stages: { counts: EQUAL, pairs: EQUAL, drift: EQUAL, rounds: EQUAL },
  verdicts: [],
}

async function measure(
  options: GateOptions,
  backends: Backends | null,
  { prepared, files, workspace, runs, runClock }: Place,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<Measured> {
  if (backends?.kind === 'memory') progress.note(backends.notice)
  const { stages, operations, budgetMs } = options
  const isOfRegistry = backends !== null && options.subject.includes(DEFAULT_SUBJECT[0])
  const canCall = isOfRegistry && backends.kind !== 'memory'
  progress.note(`stages: ${STAGES.filter((name) => stages.includes(name)).join(', ')}`)
  const onStage: StageListener = (name, verdict) =>
    progress.note(`${name}: ${verdict ?? 'skipped'}   ${clock(runClock.elapsedMs)} min so far`)
  const called = await runCallStages(
    {
      stages,
      operations,
      folders: { baseline: prepared.baseline.folder, candidate: prepared.candidate.folder },
      backends,
      unavailable: isOfRegistry ? null : 'they call the registry, which is not the subject',
    },
    progress,
    onStage,
    signal,
  )
  const verdicts = [
    verdictOfCounts(called.counts),
    verdictOfPairs(called.pairs),
    verdictOfDrift(called.drift),
  ]
  const skip = whyNoRounds(options, worstOf(verdicts), signal)
  if (skip !== null) {
    return { stages: { ...called, rounds: skip }, verdicts: [...verdicts, verdictOfSkipped(skip)] }
  }
  const setting = {
    ...options,
    versions: prepared,
    files,
    workspace,
    runs,
    backends,
    defaultMetrics: canCall && stages.includes('pairs') ? 'beside pairs' : 'alone',
    budgetMs: budgetMs - runClock.elapsedMs,
  } as const
  const isAlone = verdicts.every((verdict) => verdict === null)
  const rounds = await runRounds(setting, progress, signal).catch((error: unknown) => {
    // The other stages' findings took minutes, so they are reported anyway.
    if (isAlone || !(error instanceof EnvironmentError)) throw error
    return { kind: 'skipped', why: error.message, isMissed: true } as const
  })
  const ofRounds = rounds.kind === 'skipped' ? verdictOfSkipped(rounds) : rounds.verdict
  return { stages: { ...called, rounds }, verdicts: [...verdicts, ofRounds] }
}

function whyNoRounds(
  { stages }: GateOptions,
  soFar: StageVerdict,
  signal: AbortSignal,
): SkippedStage | null {
  const skipped = (why: string, isMissed: boolean) => ({ kind: 'skipped', why, isMissed }) as const
  if (!stages.includes('rounds')) return skipped('not requested', false)
  if (soFar === 'regression') return skipped('a regression was found before', false)
  return signal.aborted ? skipped('interrupted', true) : null
}

/** The machine and servers of the estimates; percentages differ elsewhere. */
function describeEnvironment(servers: StartedBackends | null): string {
  const { cpuModel, availableCores, nodeVersion } = readEnvironment()
  const machine = `${cpuModel}, ${availableCores} cores, Node ${nodeVersion}`
  return servers === null ? machine : `${machine}, ${systemText(systemOf(servers.backends))}`
}

async function versionsOf(options: GateOptions, repository: Repository): Promise<Both<Version>> {
  const { baseline, candidate } = options
  return {
    baseline: { kind: 'commit', ...(await resolveCommit(repository, baseline, '--base')) },
    candidate:
      candidate === null
        ? await workingTree(repository, options.subject)
        : { kind: 'commit', ...(await resolveCommit(repository, candidate, '--head')) },
  }
}

async function prepareVersions(
  versions: Both<Version>,
  repository: Repository,
  workspace: string,
  plan: VersionPlan,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<Both<PreparedVersion>> {
  const prepare = async (name: PreparedVersion['name']) => {
    const version = versions[name]
    progress.live(`${name}: ${describeVersion(version)} is being checked out and installed`)
    const prepared = await prepareVersion({ name, version }, repository, workspace, plan, signal)
    const packages =
      prepared.packages === 'linked'
        ? "packages: this checkout's own, because the lockfiles are equal"
        : 'packages: installed from its own lockfile'
    progress.note(`${name}: ${describeVersion(version)}, ${packages}`)
    return prepared
  }
  return { baseline: await prepare('baseline'), candidate: await prepare('candidate') }
}

function describePrepared({ version, packages }: PreparedVersion): GateReport['baseline'] {
  const isWorkingTree = version.kind === 'working-tree'
  const commit = isWorkingTree ? (version.commit?.sha ?? null) : version.sha
  return { version: describeVersion(version), commit, isWorkingTree, packages }
}

/** Creates a folder of the gate's own; another gate may have begun in the same second. */
function claimFolder(path: string): string {
  for (let number = 1; ; number += 1) {
    const folder = numberedRunId(path, number)
    try {
      mkdirSync(folder)
      return folder
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST'
      if (!isTaken) throw resultsFolderError(path, error)
    }
  }
}

/** A gate without measurements leaves no folder behind. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds runs.
  }
}
