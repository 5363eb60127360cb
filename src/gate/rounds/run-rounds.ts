import { relative, resolve } from 'node:path'
import type { Backends } from '../../environment/backends.ts'
import { nowMs } from '../../load/clock.ts'
import { InputError } from '../../input-error.ts'
import { ResultsFolderError } from '../../run-file/write/results-folder.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { DefaultMetrics } from '../decision/metric.ts'
import { MIN_ROUNDS, ROUNDS_TO_CONFIRM, type GatePlan } from '../decision/plan.ts'
import type { GateRound } from '../decision/round.ts'
import type { GateVerdict, JudgedComparison } from '../decision/verdict.ts'
import type { GateOptions, GateProgress } from '../gate-options.ts'
import { clock } from '../report/figures.ts'
import { clearServers } from './clear-servers.ts'
import { judgeByRounds, type MakeRound } from './judge-by-rounds.ts'
import { asKept, keepRun } from './keep-run.ts'
import { durationFor, minRoundMs, RoundTimes } from './round-times.ts'
import type { Both } from '../versions/both.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { runRound } from './run-round.ts'

/** The results of open-loop rounds. */
export interface MeasuredRounds {
  readonly kind: 'measured'
  /** Scenario files, relative to the folder of scenarios. */
  readonly scenarios: readonly string[]
  /** Duration of each scenario's measurement in a round. */
  readonly durationMs: number
  readonly meanRoundMs: number | null
  /** `null` if no round was completed. */
  readonly plan: GatePlan | null
  readonly rounds: readonly GateRound[]
  readonly comparisons: readonly JudgedComparison[]
  readonly verdict: GateVerdict['kind']
}

/** The versions, scenarios, servers and budget of rounds. */
export interface RoundsSetting extends Pick<
  GateOptions,
  'project' | 'scenarioFolder' | 'scenarios' | 'metrics' | 'effects' | 'follower'
> {
  readonly versions: Both<PreparedVersion>
  /** Paths of the scenarios' files. */
  readonly files: readonly string[]
  readonly defaultMetrics: DefaultMetrics
  readonly durationMs: number | null
  /** Time for all rounds, in ms. */
  readonly budgetMs: number
  readonly backends: Backends | null
  /** For temporary files. */
  readonly workspace: string
  /** For the run files. */
  readonly runs: string
}

/** @throws InputError if the budget is too short for the measurements of `MIN_ROUNDS`. */
export function requireBudget(
  budgetMs: number,
  scenarios: number,
  durationMs: number | null,
): void {
  const minMs = MIN_ROUNDS * minRoundMs(scenarios, durationMs ?? durationFor(0, scenarios))
  if (budgetMs >= minMs) return
  throw new InputError(
    `--budget: no decision is possible in ${clock(budgetMs)} min: it takes ${MIN_ROUNDS} rounds, whose measurements alone take ${clock(minMs)} min. Give more, fewer --scenarios, a shorter --duration, or leave rounds out of --stages.`,
  )
}

/**
 * Makes rounds until there is a decision or no time for another one.
 * @throws as `judgeByRounds` and `runRound` do.
 */
export async function runRounds(
  setting: RoundsSetting,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<MeasuredRounds> {
  const { files, budgetMs, scenarioFolder, metrics, effects } = setting
  const durationMs = setting.durationMs ?? durationFor(budgetMs, files.length)
  notePlan(setting, durationMs, progress)
  const { session, judged, meanRoundMs } = await judgeByRounds(
    {
      files,
      metrics: metrics ?? setting.defaultMetrics,
      effects,
      durationMs,
      endMs: nowMs() + budgetMs,
    },
    roundMaker(setting, durationMs, progress, signal),
    progress,
    signal,
  )
  return {
    kind: 'measured',
    scenarios: files.map((file) => relative(scenarioFolder, file)),
    durationMs,
    meanRoundMs,
    plan: session?.plan ?? null,
    rounds: session?.rounds ?? [],
    comparisons: judged?.comparisons ?? [],
    verdict: judged?.verdict.kind ?? 'inconclusive',
  }
}

function notePlan(
  { files, scenarios, budgetMs }: RoundsSetting,
  durationMs: number,
  progress: GateProgress,
): void {
  const roundMs = new RoundTimes(durationMs).estimate(files.length)
  const possible = Math.max(Math.floor(budgetMs / roundMs), 0)
  progress.note(
    `rounds: each runs ${scenarios.join(', ') || 'every scenario'} for ${durationMs / 1_000} s on both versions, in about ${Math.round(roundMs / 1_000)} s: ${possible} rounds in ${clock(budgetMs)} min. ` +
      `Decisions are possible at ${MIN_ROUNDS} rounds; a regression takes at least ${ROUNDS_TO_CONFIRM}, fresh ones to confirm it included.`,
  )
  if (possible < ROUNDS_TO_CONFIRM) {
    progress.note(
      `That is barely enough to confirm a regression, which takes ${Math.ceil((ROUNDS_TO_CONFIRM * roundMs) / 60_000)} min of rounds.`,
    )
  }
}

/** A run is hung once it takes this multiple of a round's estimate, plus half a minute. */
const TIMEOUT_FACTOR = 2

/** Makes rounds from real runs, keeps their run files, and clears the gate's own servers after each. */
function roundMaker(
  { versions, project, scenarioFolder, backends, workspace, runs, follower }: RoundsSetting,
  durationMs: number,
  progress: GateProgress,
  signal: AbortSignal,
): MakeRound {
  return async ({ number, files, estimateMs, line }) => {
    const task = {
      project,
      backends,
      scenarios: { folder: scenarioFolder, files },
      durationMs,
      timeoutMs: 30_000 + TIMEOUT_FACTOR * estimateMs,
      folder: workspace,
      follower,
    }
    const round = await runRound(versions, task, number, signal, {
      onVersion: (name) => progress.live(`${line}   ${name} is running`),
      onRun: (name, run) => {
        follower?.onRun(name, asKept(versions[name], run))
        try {
          keepRun(runs, versions[name], run)
        } catch (error) {
          // The round still counts; only the final report must be stored.
          if (!(error instanceof ResultsFolderError)) throw error
          progress.note(error.message)
        }
      },
    })
    if (backends !== null) await clearServers(backends)
    if (round === null) return null
    const placed = (entry: ScenarioEntry) => ({ ...entry, file: resolve(project, entry.file) })
    return { baseline: round.baseline.map(placed), candidate: round.candidate.map(placed) }
  }
}
