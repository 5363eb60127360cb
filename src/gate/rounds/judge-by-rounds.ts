import { nowMs } from '../../load/clock.ts'
import { InputError } from '../../load/input-error.ts'
import { labelOf, type Comparison, type Metric } from '../decision/metric.ts'
import { gatePlan, type Effects } from '../decision/plan.ts'
import { findComparisons, readRound, type ScenarioFigures } from '../decision/read-round.ts'
import type { GateRound } from '../decision/round.ts'
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
import type { GateProgress } from '../gate-options.ts'
import { RoundTimes } from './round-times.ts'

/** A scenario's figures, and the path of its file. */
export type RoundScenario = ScenarioFigures & { readonly file: string }

/** What a round measured. */
export interface MeasuredRound {
  readonly baseline: readonly RoundScenario[]
  readonly candidate: readonly RoundScenario[]
}

/** A round that is wanted. */
export interface WantedRound {
  /** Of those that count: from 0. */
  readonly number: number
  /** Of the scenarios to be run. */
  readonly files: readonly string[]
  /** How long it can be expected to take, in ms. */
  readonly estimateMs: number
  /** What is known so far, in a line. */
  readonly line: string
}

/** Makes a round; `null` if it was interrupted. */
export type MakeRound = (wanted: WantedRound) => Promise<MeasuredRound | null>

/** What rounds are to be made of, and until when. */
export interface RoundsTask {
  /** Paths of the scenarios' files. */
  readonly files: readonly string[]
  readonly metrics: readonly Metric[] | null
  readonly effects: Partial<Effects>
  readonly durationMs: number
  /** A time of `nowMs()`: no round begins of which the greater part would be later. */
  readonly endMs: number
}

type Decided = Extract<GateState, { kind: 'decided' }>

/** What rounds came to. */
export interface RoundsOutcome {
  /** `null`: no round was finished. */
  readonly session: GateSession | null
  readonly judged: Decided | null
  readonly meanRoundMs: number | null
  /** Why rounds didn't count, and were made again. */
  readonly discarded: readonly string[]
}

/** So many rounds may be made again; after that, one that says nothing counts as such. */
const MOST_DISCARDED = 5

/**
 * Makes rounds until there is a decision, the time is up, or the signal is given.
 * @param now the monotonic clock, in ms.
 * @throws InputError if no operation has a metric asked for; what `makeRound` throws.
 */
export async function judgeByRounds(
  task: RoundsTask,
  makeRound: MakeRound,
  progress: GateProgress,
  signal: AbortSignal,
  now = nowMs,
): Promise<RoundsOutcome> {
  const times = new RoundTimes(task.durationMs)
  const discarded: string[] = []
  let session: GateSession | null = null
  let scenarios: ReadonlyMap<string, string> = new Map()
  for (;;) {
    const state: GateState | null = session === null ? null : judgeGate(session)
    if (state?.kind === 'decided') {
      return { session, judged: state, meanRoundMs: times.meanMs, discarded }
    }
    const files = filesFor(state, task.files, scenarios)
    const estimateMs = times.estimate(files.length)
    const leftMs = task.endMs - now()
    // One that begins with half of its time left passes the end by no more than the other half.
    const time = { leftMs, rounds: Math.max(Math.round(leftMs / estimateMs), 0) }
    const line =
      session === null || state === null ? 'round 1' : describeState(session, state, time)
    if (session !== null) progress.note(line)
    if (signal.aborted || time.rounds === 0) {
      if (session === null) return { session, judged: null, meanRoundMs: null, discarded }
      session = spendBudget(session)
      continue
    }

    const startedMs = now()
    const number = session === null ? 0 : session.rounds.length + session.confirmation.length
    const measured = await makeRound({ number, files, estimateMs, line })
    if (measured === null) continue
    times.add(now() - startedMs, files.length)
    if (session === null) {
      session = openSession(task, measured)
      scenarios = scenarioFilesOf(measured)
      const first = readRound(session.plan.comparisons, measured)
      progress.note(describeComparisons(session.plan, first, task.durationMs))
    }
    const round = readRound(wantedIn(state) ?? session.plan.comparisons, measured)
    const why = findUnusable(round)
    if (why !== null && discarded.length < MOST_DISCARDED) {
      discarded.push(why)
      progress.note(`this round doesn't count and is made again: ${why}`)
      continue
    }
    session = addRound(session, round)
  }
}

/** @throws InputError if no operation has a metric that was asked for. */
function openSession({ metrics, effects }: RoundsTask, round: MeasuredRound): GateSession {
  const comparisons = findComparisons(round, metrics)
  const found = new Set(comparisons.map(({ metric }) => labelOf(metric)))
  const missing = (metrics ?? []).map(labelOf).filter((label) => !found.has(label))
  if (missing.length > 0 || comparisons.length === 0) {
    const names = round.candidate.map(({ name }) => name).join(', ')
    throw new InputError(`--metrics: no operation of ${names} has ${missing.join(', ')}.`)
  }
  return openGate(gatePlan(comparisons, effects))
}

/**
 * What the next round is for: the candidates, or else what is undecided, for a look that decides does
 * so for good. `null` before the first round: everything.
 */
function wantedIn(state: GateState | null): readonly Comparison[] | null {
  if (state?.kind === 'confirmation wanted') return state.candidates
  if (state?.kind !== 'rounds wanted') return null
  const undecided = state.standings.filter((standing) => standing.state === 'undecided')
  return undecided.map(({ comparison }) => comparison)
}

/** Only the scenarios of what a round is for are run. */
function filesFor(
  state: GateState | null,
  files: readonly string[],
  scenarios: ReadonlyMap<string, string>,
): readonly string[] {
  const comparisons = wantedIn(state)
  if (comparisons === null) return files
  const wanted = new Set(comparisons.map(({ scenario }) => scenarios.get(scenario)))
  return files.filter((file) => wanted.has(file))
}

/** The file of each scenario. */
function scenarioFilesOf({ baseline, candidate }: MeasuredRound): ReadonlyMap<string, string> {
  return new Map([...baseline, ...candidate].map(({ name, file }) => [name, file]))
}

/** Why a round says nothing of something; `null` if it says something of all. */
function findUnusable({ baseline, candidate }: GateRound): string | null {
  for (const [name, readings] of Object.entries({ base: baseline, head: candidate })) {
    for (const [id, reading] of Object.entries(readings)) {
      if (reading.kind === 'unusable') return `${name}, ${id}: ${reading.why}`
    }
  }
  return null
}
