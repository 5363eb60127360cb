import { resolve } from 'node:path'
import type { Backends } from '../environment/backends.ts'
import { InputError } from '../load/input-error.ts'
import { labelOf, type Comparison, type Metric } from '../results/gate/metric.ts'
import { gatePlan, type Effects } from '../results/gate/plan.ts'
import { findComparisons, readRound, type RoundEntries } from '../results/gate/read-round.ts'
import type { GateRound } from '../results/gate/round.ts'
import {
  addRound,
  judgeGate,
  openGate,
  spendBudget,
  type GateSession,
  type GateState,
} from '../results/gate/session.ts'
import { clearServers } from './clear-servers.ts'
import { describeState } from './describe-state.ts'
import { describeComparisons } from './describe-comparisons.ts'
import type { GateProgress } from './gate-options.ts'
import { keepRun } from './kept-runs.ts'
import { RoundTimes } from './round-times.ts'
import { runRound, type Arms, type RoundRuns } from './run-round.ts'

/** What rounds are to be made of. */
export interface RoundsTask {
  readonly harness: string
  readonly backends: Backends
  readonly scenarioFolder: string
  readonly files: readonly string[]
  readonly metrics: readonly Metric[] | null
  readonly effects: Partial<Effects>
  readonly durationMs: number
  /** For temporary files. */
  readonly workspace: string
  /** For the run files. */
  readonly runs: string
  /** Unix time in ms: no round begins of which the greater part would be later. */
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
/** A run that takes this many times what is to be expected, and a minute, hangs. */
const PATIENCE = 4

/**
 * Makes rounds until there is a decision, the time is up, or the signal is given.
 * @throws NotComparableError, EnvironmentError, InputError if no operation has a metric asked for.
 */
export async function judgeByRounds(
  arms: Arms,
  task: RoundsTask,
  progress: GateProgress,
  signal: AbortSignal,
): Promise<RoundsOutcome> {
  const times = new RoundTimes(task.durationMs)
  const discarded: string[] = []
  let session: GateSession | null = null
  let scenarios = new Map<string, string>()
  for (;;) {
    const state: GateState | null = session === null ? null : judgeGate(session)
    if (state?.kind === 'decided') {
      return { session, judged: state, meanRoundMs: times.meanMs, discarded }
    }
    const files = filesFor(state, task.files, scenarios)
    const estimateMs = times.estimate(files.length)
    const leftMs = task.endMs - Date.now()
    // One that begins with half of its time left passes the end by no more than the other half.
    const time = { leftMs, rounds: Math.max(Math.round(leftMs / estimateMs), 0) }
    const made = {
      rounds: session?.rounds.length ?? 0,
      confirmation: session?.confirmation.length ?? 0,
    }
    const line =
      session === null || state === null
        ? 'round 1'
        : describeState(session.plan, state, made, time)
    if (session !== null) progress.note(line)
    if (signal.aborted || time.rounds === 0) {
      if (session === null) return { session, judged: null, meanRoundMs: null, discarded }
      session = spendBudget(session)
      continue
    }

    const startedMs = Date.now()
    const runs = await runRound(
      arms,
      {
        harness: task.harness,
        backends: task.backends,
        scenarios: { folder: task.scenarioFolder, files },
        durationMs: task.durationMs,
        timeoutMs: 60_000 + PATIENCE * estimateMs,
        folder: task.workspace,
      },
      made.rounds + made.confirmation,
      signal,
      (name) => progress.live(`${line}   ${name} is running`),
    )
    await clearServers(task.backends)
    if (runs === null) continue
    times.add(Date.now() - startedMs, files.length)
    for (const name of ['base', 'head'] as const) keepRun(task.runs, arms[name], runs[name])
    const entries = { baseline: runs.base.scenarios, candidate: runs.head.scenarios }
    if (session === null) {
      session = openSession(task, entries)
      scenarios = scenarioFilesOf(runs, task.harness)
      const first = readRound(session.plan.comparisons, entries)
      progress.note(describeComparisons(session.plan, first, task.durationMs))
    }
    const round = readRound(wantedIn(state) ?? session.plan.comparisons, entries)
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
function openSession({ metrics, effects }: RoundsTask, entries: RoundEntries): GateSession {
  const comparisons = findComparisons(entries, metrics)
  const found = new Set(comparisons.map(({ metric }) => labelOf(metric)))
  const missing = (metrics ?? []).map(labelOf).filter((label) => !found.has(label))
  if (missing.length > 0 || comparisons.length === 0) {
    const names = entries.candidate.map(({ name }) => name).join(', ')
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
function scenarioFilesOf({ base, head }: RoundRuns, harness: string): Map<string, string> {
  const entries = [...base.scenarios, ...head.scenarios]
  return new Map(entries.map(({ name, file }) => [name, resolve(harness, file)]))
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
