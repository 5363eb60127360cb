import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { Backends } from '../environment/backends.ts'
import { startBackends, type StartedBackends } from '../environment/start-backends.ts'
import { nowMs } from '../load/clock.ts'
import { InputError } from '../load/input-error.ts'
import { EXIT } from '../results/outcome.ts'
import type { ScenarioEntry } from '../results/run-file.ts'
import {
  ensureWritableFolder,
  ResultsFolderError,
  resultsFolderError,
} from '../results/results-folder.ts'
import { RunClock } from '../results/run-clock.ts'
import { numberedRunId, timestampOf } from '../results/run-id.ts'
import { describeBackends } from '../vitest/load-reporter.ts'
import { prepareArm, type Arm, type ArmPlan } from './versions/arm.ts'
import { clearServers } from './rounds/clear-servers.ts'
import { clock } from './report/figures.ts'
import { LEAST_ROUNDS, ROUNDS_TO_CONFIRM } from './decision/plan.ts'
import type { GateOptions, GateProgress } from './gate-options.ts'
import { GATE_SCHEMA_VERSION, type GateReport } from './report/gate-report.ts'
import { openRepository, resolveCommit, type Repository } from './versions/git.ts'
import { keepRun } from './rounds/kept-runs.ts'
import { judgeByRounds, type MakeRound, type RoundsOutcome } from './rounds/judge-by-rounds.ts'
import { A_AGAINST_A } from './report/render-gate.ts'
import { durationFor, leastRoundMs, RoundTimes } from './rounds/round-times.ts'
import { runRound, type Arms } from './rounds/run-round.ts'
import { isEqual, samenessOf } from './versions/sameness.ts'
import { scenarioFiles } from './rounds/scenario-files.ts'
import { describeVersion, workingTree, type Version } from './versions/version.ts'

/**
 * Compares two versions of the registry: prepares both, starts servers, and makes rounds until
 * there is a decision or no time for another one. Whatever ends it, it takes back all it made but
 * for the run files.
 * @param signal ends it early; what is known by then is reported as inconclusive.
 * @throws InputError, EnvironmentError, ResultsFolderError, RunFileError; NotComparableError if the
 *   registry of one version doesn't fit the harness; the signal's reason, if it is aborted before
 *   the first round began.
 */
export async function runGate(
  options: GateOptions,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<GateReport> {
  const runClock = new RunClock()
  const { project, scenarioFolder, budgetMs } = options
  const files = scenarioFiles(scenarioFolder, options.scenarios)
  const durationMs = options.durationMs ?? durationFor(budgetMs, files.length)
  requireBudget(budgetMs, files.length, durationMs)
  const repository = await openRepository(project)
  const versions = await versionsOf(options, repository)
  ensureWritableFolder(options.resultsFolder)
  const runs = claimFolder(join(options.resultsFolder, `gate-${timestampOf(runClock.startedAt)}`))

  // Its real path, for that is what modules are known by.
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'prism-gate-')))
  let servers: StartedBackends | null = null
  try {
    const plan = { ...options, files }
    const arms = await prepareArms(versions, repository, workspace, plan, progress, signal)
    const sameness = samenessOf(arms.base, arms.head)
    if (isEqual(sameness)) progress.note(`${A_AGAINST_A}.`)
    signal.throwIfAborted()
    servers = await startBackends({
      ...options.backends,
      onProgress: (message) => progress.note(message),
    })
    const { backends } = servers
    if (backends.kind === 'memory') progress.note(backends.notice)
    notePlan({ ...options, durationMs }, files.length, progress)
    const makeRound = roundMaker(
      arms,
      { ...options, durationMs, backends, workspace, runs },
      progress,
      signal,
    )
    const endMs = nowMs() + budgetMs - runClock.elapsedMs
    const outcome = await judgeByRounds(
      { ...options, files, durationMs, endMs, metrics: options.metrics ?? 'alone' },
      makeRound,
      progress,
      signal,
    )
    return {
      kind: 'gate',
      schemaVersion: GATE_SCHEMA_VERSION,
      status: signal.aborted ? 'interrupted' : 'complete',
      startedAt: runClock.startedAt.toISOString(),
      finishedAt: runClock.now().toISOString(),
      base: describeArm(arms.base),
      head: describeArm(arms.head),
      sameness,
      servers: describeBackends(backends),
      scenarios: files.map((file) => relative(scenarioFolder, file)),
      durationMs,
      budgetMs,
      elapsedMs: runClock.elapsedMs,
      ...judgementOf(outcome),
      runs,
    }
  } catch (error) {
    removeIfEmpty(runs)
    throw error
  } finally {
    await servers?.stop()
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** @throws InputError if even the measurements alone of the least rounds there can be take too long. */
function requireBudget(budgetMs: number, scenarios: number, durationMs: number): void {
  const leastMs = LEAST_ROUNDS * leastRoundMs(scenarios, durationMs)
  if (budgetMs >= leastMs) return
  throw new InputError(
    `--budget: no decision is possible in ${clock(budgetMs)} min: it takes ${LEAST_ROUNDS} rounds, whose measurements alone take ${clock(leastMs)} min. Give more, fewer --scenarios or a shorter --duration.`,
  )
}

async function versionsOf(
  options: GateOptions,
  repository: Repository,
): Promise<{ readonly base: Version; readonly head: Version }> {
  const { base, head } = options
  return {
    base: { kind: 'commit', ...(await resolveCommit(repository, base, '--base')) },
    head:
      head === null
        ? await workingTree(repository, options.subject)
        : { kind: 'commit', ...(await resolveCommit(repository, head, '--head')) },
  }
}

async function prepareArms(
  versions: { readonly base: Version; readonly head: Version },
  repository: Repository,
  workspace: string,
  plan: ArmPlan,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<Arms> {
  const prepare = async (name: Arm['name']) => {
    const version = versions[name]
    progress.live(`${name}: ${describeVersion(version)} is being checked out and installed`)
    const arm = await prepareArm({ name, version }, repository, workspace, plan, signal)
    const packages =
      arm.packages === 'linked'
        ? "packages: this checkout's own, for the lockfiles are equal"
        : 'packages: installed from its own lockfile'
    progress.note(`${name}: ${describeVersion(version)}, ${packages}`)
    return arm
  }
  return { base: await prepare('base'), head: await prepare('head') }
}

function notePlan(
  options: GateOptions & { readonly durationMs: number },
  scenarios: number,
  progress: GateProgress,
): void {
  const { durationMs, budgetMs } = options
  const roundMs = new RoundTimes(durationMs).estimate(scenarios)
  const possible = Math.floor(budgetMs / roundMs)
  progress.note(
    `plan: a round runs ${options.scenarios.join(', ')} for ${durationMs / 1_000} s each on both, in about ${Math.round(roundMs / 1_000)} s: ${possible} rounds in ${clock(budgetMs)} min. ` +
      `Decisions are possible at ${LEAST_ROUNDS} rounds; a regression takes at least ${ROUNDS_TO_CONFIRM}, fresh ones to confirm it included.`,
  )
  if (possible < ROUNDS_TO_CONFIRM) {
    progress.note(
      `A regression could hardly be confirmed in that time: --budget ${Math.ceil((ROUNDS_TO_CONFIRM * roundMs) / 60_000)}m would do.`,
    )
  }
}

/** A run that takes this many times what can be expected, and a minute, hangs. */
const PATIENCE = 4

/** What all rounds have in common. */
interface RoundMaking {
  readonly project: string
  readonly scenarioFolder: string
  readonly durationMs: number
  readonly backends: Backends
  /** For temporary files. */
  readonly workspace: string
  /** For the run files. */
  readonly runs: string
}

/** Makes rounds of real runs, keeps these, and leaves nothing of them on servers of the gate's own. */
function roundMaker(
  arms: Arms,
  { project, scenarioFolder, durationMs, backends, workspace, runs }: RoundMaking,
  progress: GateProgress,
  signal: AbortSignal,
): MakeRound {
  return async ({ number, files, estimateMs, line }) => {
    const task = {
      project,
      backends,
      scenarios: { folder: scenarioFolder, files },
      durationMs,
      timeoutMs: 60_000 + PATIENCE * estimateMs,
      folder: workspace,
    }
    const round = await runRound(arms, task, number, signal, {
      onArm: (name) => progress.live(`${line}   ${name} is running`),
      onRun: (name, run) => {
        try {
          keepRun(runs, arms[name], run)
        } catch (error) {
          // The round counts all the same; the report, which comes last, has to be stored.
          if (!(error instanceof ResultsFolderError)) throw error
          progress.note(error.message)
        }
      },
    })
    await clearServers(backends)
    if (round === null) return null
    const placed = (entry: ScenarioEntry) => ({ ...entry, file: resolve(project, entry.file) })
    return { baseline: round.base.map(placed), candidate: round.head.map(placed) }
  }
}

function judgementOf(outcome: RoundsOutcome) {
  const { session, judged, meanRoundMs } = outcome
  return {
    meanRoundMs,
    plan: session?.plan ?? null,
    rounds: session?.rounds ?? [],
    comparisons: judged?.comparisons ?? [],
    verdict: judged?.verdict.kind ?? 'inconclusive',
    exitCode: judged?.verdict.exitCode ?? EXIT.inconclusive,
  } satisfies Partial<GateReport>
}

function describeArm({ version, packages }: Arm): GateReport['base'] {
  const isWorkingTree = version.kind === 'working-tree'
  const commit = isWorkingTree ? (version.commit?.sha ?? null) : version.sha
  return { version: describeVersion(version), commit, isWorkingTree, packages }
}

/** Makes a folder that no other gate has: another one may have begun in the same second. */
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

/** A gate that measured nothing leaves nothing. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds runs.
  }
}
