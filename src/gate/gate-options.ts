import type { OperationName } from './operations/operations.ts'
import type { BackendSettings } from '../environment/settings.ts'
import type { OperationMetric } from './decision/metric.ts'
import type { Effects } from './decision/plan.ts'

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

/** What to compare, how, and for how long. */
export interface GateOptions {
  /** The project's folder, in the repository from which the versions are taken. */
  readonly project: string
  /** The folder of the running program; the project's own, unless that is another project. */
  readonly harness: string
  /** What is compared: files and folders of the project, by paths relative to it. */
  readonly subject: readonly string[]
  /** The evidence that is wanted; see `STAGES`. */
  readonly stages: readonly StageName[]
  /** Called by counts, pairs and drift. */
  readonly operations: readonly OperationName[]
  /** Measures equal versions, too: A against A. */
  readonly measuresEqual: boolean
  /** Names a commit. */
  readonly baseline: string
  /** Names a commit; `null` is the working tree. */
  readonly candidate: string | null
  /** Total time, preparation included, in ms. Rounds get what the other stages leave, and may overrun by one. */
  readonly budgetMs: number
  readonly scenarioFolder: string
  /** Names of scenarios, as their files have them. */
  readonly scenarios: readonly string[]
  /** `null`: the default metrics. */
  readonly metrics: readonly OperationMetric[] | null
  /** The smallest changes that count, where they differ from the usual ones. */
  readonly effects: Partial<Effects>
  /** Of each scenario's measurement in a round, in ms; `null`: as long as the budget allows. */
  readonly durationMs: number | null
  /** `null`: scenarios reach their system by themselves, or their runs start it. */
  readonly backends: BackendSettings | null
  /** Where a folder with the gate's run files is made. */
  readonly resultsFolder: string
}

/** How a gate tells its user what it is doing. */
export interface GateProgress {
  /** A line that stays. */
  note(text: string): void
  /** What is under way; replaces the last such line. */
  live(text: string): void
}
