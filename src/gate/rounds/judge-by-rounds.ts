import { nowMs } from '../../load/clock.ts'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { InputError } from '../../input-error.ts'
import {
  labelOf,
  type Comparison,
  type DefaultMetrics,
  type OperationMetric,
} from '../decision/metric.ts'
import { EFFECTS, EFFECTS_BESIDE_PAIRS, gatePlan, type Effects } from '../decision/plan.ts'
import { findComparisons, readRound, type ScenarioFigures } from '../decision/read-round.ts'
import {
  addRound,
  judgeGate,
  openGate,
  spendBudget,
  type GateSession,
  type GateState,
} from '../decision/session.ts'
import { describeState } from './describe-state.ts'
import { describeComparisons } from './describe-comparisons.ts'
import type { Both } from '../versions/both.ts'
import type { GateProgress } from '../gate-options.ts'
import { RoundTimes } from './round-times.ts'
import { orderOf } from './run-round.ts'

/** A scenario's figures, and the path of its file. */
export type RoundScenario = ScenarioFigures & { readonly file: string }

/** The figures of one round. */
export type MeasuredRound = Both<readonly RoundScenario[]>

/** The specification of the next round. */
export interface WantedRound {
  /** From 0; determines which version is first, see `orderOf`. */
  readonly number: number
  /** Files of the scenarios to run. */
  readonly files: readonly string[]
  /** Expected time in ms, not affected by earlier rounds that hung. */
  readonly estimateMs: number
  /** The gate's state so far, in one line. */
  readonly line: string
}

/** Makes a round; `null` if interrupted. */
export type MakeRound = (wanted: WantedRound) => Promise<MeasuredRound | null>

/** The scenarios, metrics and end of rounds. */
export interface RoundsTask {
  /** Paths of the scenarios' files. */
  readonly files: readonly string[]
  /** Requested by name, or the applicable default. */
  readonly metrics: readonly OperationMetric[] | DefaultMetrics
  /** Override the defaults. */
  readonly effects: Partial<Effects>
  readonly durationMs: number
  /** On the clock of `nowMs()`: no round begins that would mostly run after it. */
  readonly endMs: number
}

type Decided = Extract<GateState, { kind: 'decided' }>

/** The outcome of all rounds. */
export interface RoundsOutcome {
  /** `null` if no round was completed. */
  readonly session: GateSession | null
  readonly judged: Decided | null
  readonly meanRoundMs: number | null
}

/**
 * Makes rounds until there is a decision, time is up, or the signal is aborted. Every round counts: an
 * unusable one counts against the version that caused it.
 * @param now the monotonic clock, in ms.
 * @throws InputError if no operation has a requested metric; EnvironmentError if neither version measured a
 *   scenario in the first round; what `makeRound` throws.
 */
export async function judgeByRounds(
  task: RoundsTask,
  makeRound: MakeRound,
  progress: GateProgress,
  signal: AbortSignal,
  now = nowMs,
): Promise<RoundsOutcome> {
  const times = new RoundTimes(task.durationMs)
  let session: GateSession | null = null
  let scenarios: ReadonlyMap<string, string> = new Map()
  for (;;) {
    const state: GateState | null = session === null ? null : judgeGate(session)
    if (state?.kind === 'decided') {
      return { session, judged: state, meanRoundMs: times.meanMs }
    }
    const files = filesFor(state?.comparisons ?? null, task.files, scenarios)
    const estimateMs = times.estimate(files.length)
    const leftMs = task.endMs - now()
    // A round that begins with half of its time left overruns by at most the other half.
    const time = { leftMs, rounds: Math.max(Math.round(leftMs / estimateMs), 0) }
    const line =
      session === null || state === null ? 'round 1' : describeState(session, state, time)
    if (session !== null) progress.note(line)
    if (signal.aborted || time.rounds === 0) {
      if (session === null) return { session, judged: null, meanRoundMs: null }
      session = spendBudget(session)
      continue
    }

    const startedMs = now()
    const number = session?.rounds.length ?? 0
    const [first] = orderOf(number)
    const plannedMs = times.planned(files.length)
    const measured = await makeRound({ number, files, estimateMs: plannedMs, line })
    if (measured === null) continue
    times.add(now() - startedMs, files.length)
    if (session === null) {
      session = openSession(task, measured)
      scenarios = scenarioFilesOf(measured)
      const round = readRound(session.plan.comparisons, measured, first)
      progress.note(describeComparisons(session.plan, round, task.durationMs))
    }
    const round = readRound(state?.comparisons ?? session.plan.comparisons, measured, first)
    session = addRound(session, round)
  }
}

/**
 * @throws InputError if no operation has a requested metric; EnvironmentError if neither version measured a
 *   scenario, because its comparisons are unknown.
 */
function openSession({ metrics, effects }: RoundsTask, round: MeasuredRound): GateSession {
  const all = [...round.baseline, ...round.candidate]
  const measured = new Set(all.flatMap(({ state, name }) => (state === 'measured' ? [name] : [])))
  const broken = all.find(({ name }) => !measured.has(name))
  if (broken !== undefined || all.length === 0) {
    const why = broken === undefined || broken.state === 'measured' ? '' : `: ${broken.error}`
    const what = broken === undefined ? 'anything' : `"${broken.name}"`
    throw new EnvironmentError(`Neither version measured ${what} in the first round${why}`)
  }
  const comparisons = findComparisons(round, metrics)
  const found = new Set(comparisons.map(({ metric }) => labelOf(metric)))
  const asked = typeof metrics === 'string' ? [] : metrics.map(labelOf)
  const missing = asked.filter((label) => !found.has(label))
  if (missing.length > 0) {
    const names = [...measured].join(', ')
    throw new InputError(`--metrics: no operation of ${names} has ${missing.join(', ')}.`)
  }
  const isBesidePairs = metrics === 'beside pairs'
  const usual = isBesidePairs ? EFFECTS_BESIDE_PAIRS : EFFECTS
  return openGate(gatePlan(comparisons, { ...usual, ...effects }, !isBesidePairs))
}

/** The scenarios of undecided comparisons; all scenarios in the first round. */
function filesFor(
  comparisons: readonly Comparison[] | null,
  files: readonly string[],
  scenarios: ReadonlyMap<string, string>,
): readonly string[] {
  if (comparisons === null) return files
  const wanted = new Set(comparisons.map(({ scenario }) => scenarios.get(scenario)))
  return files.filter((file) => wanted.has(file))
}

/** The file of each scenario. */
function scenarioFilesOf({ baseline, candidate }: MeasuredRound): ReadonlyMap<string, string> {
  return new Map([...baseline, ...candidate].map(({ name, file }) => [name, file]))
}
