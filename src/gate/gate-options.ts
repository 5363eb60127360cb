import type { OperationName } from './operations/operations.ts'
import type { BackendSettings } from '../environment/settings.ts'
import type { OperationMetric } from './decision/metric.ts'
import type { RunListener } from '../report/live/run-event.ts'
import type { RunFile } from '../run-file/run-file.ts'
import type { Effects } from './decision/plan.ts'
import type { VersionName } from './versions/both.ts'

/**
 * The kinds of evidence, in the order in which they are collected: exact and quick ones first. A regression
 * found by counts or pairs ends the gate after pairs; one found by drift ends it after drift.
 * - `counts`: requests of each operation to Redis and NATS;
 * - `pairs`: latency, CPU time and allocation per operation, with both versions called alternately;
 * - `drift`: whether an operation slows down over time;
 * - `rounds`: open-loop load, for errors, delivery, shortfall and effects that only appear under load.
 */
export const STAGES = ['counts', 'pairs', 'drift', 'rounds'] as const
export type StageName = (typeof STAGES)[number]

/** The options of a gate: subject, evidence and budget. */
export interface GateOptions {
  /** The project's folder, in the repository that has the versions. */
  readonly project: string
  /** The folder of the running program; differs from `project` for other projects. */
  readonly harness: string
  /** Files and folders to compare, as paths relative to the project. */
  readonly subject: readonly string[]
  /** The kinds of evidence to collect; see `STAGES`. */
  readonly stages: readonly StageName[]
  /** The operations that counts, pairs and drift call. */
  readonly operations: readonly OperationName[]
  /** Measures equal versions as well: A against A. */
  readonly measuresEqual: boolean
  /** A commit. */
  readonly baseline: string
  /** A commit; `null` is the working tree. */
  readonly candidate: string | null
  /** Total time including preparation, in ms. Rounds get the remainder, and may overrun by less than one round. */
  readonly budgetMs: number
  readonly scenarioFolder: string
  /** Names or path fragments of scenario files; see `scenarioFiles`. */
  readonly scenarios: readonly string[]
  /** `null`: the default metrics. */
  readonly metrics: readonly OperationMetric[] | null
  /** Smallest changes that count; override the defaults. */
  readonly effects: Partial<Effects>
  /** Duration of each scenario's measurement in a round, in ms; `null`: as long as the budget allows. */
  readonly durationMs: number | null
  /** `null`: scenarios connect to their system themselves, or their runs start it. */
  readonly backends: BackendSettings | null
  /** The gate creates a folder for its run files here. */
  readonly resultsFolder: string
  /** `null`: nobody follows the runs. */
  readonly follower: RoundsFollower | null
}

/** Follows the runs of rounds, while they run. */
export interface RoundsFollower {
  /** Follows one run of a version. */
  listenerOf(version: VersionName): RunListener
  /** Called with each run file; its name is the one that the run was followed by. */
  onRun(version: VersionName, run: RunFile): void
}

/** Receives a gate's progress. */
export interface GateProgress {
  /** A permanent line. */
  note(text: string): void
  /** The current activity; replaces the previous such line. */
  live(text: string): void
}
