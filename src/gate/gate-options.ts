import type { OperationName } from './operations/operations.ts'
import type { StageName } from './stages.ts'
import type { BackendSettings } from '../environment/settings.ts'
import type { OperationMetric } from './decision/metric.ts'
import type { Effects } from './decision/plan.ts'

/** What is to be compared, how, and for how long. */
export interface GateOptions {
  /** The project's folder, in the repository from which the versions are taken. */
  readonly project: string
  /** The folder of the running program; the project's own, unless that is another project. */
  readonly harness: string
  /** What is compared: files and folders of the project, by paths relative to it. */
  readonly subject: readonly string[]
  /** The evidence that is wanted; see `STAGES`. */
  readonly stages: readonly StageName[]
  /** What the stages call that call the registry. */
  readonly operations: readonly OperationName[]
  /** Measures versions that are equal, too: A against A. */
  readonly measuresEqual: boolean
  /** Names a commit. */
  readonly base: string
  /** Names a commit; `null` is the working tree. */
  readonly head: string | null
  /** For all of it, preparation included; passed by one round at most. In ms. */
  readonly budgetMs: number
  readonly scenarioFolder: string
  /** Names of scenarios, as their files have them. */
  readonly scenarios: readonly string[]
  /** `null`: those that are gated by default. */
  readonly metrics: readonly OperationMetric[] | null
  /** Where the smallest changes that count differ from the usual ones. */
  readonly effects: Partial<Effects>
  /** Of each scenario's measurement in a round, in ms; `null`: as long as the budget allows. */
  readonly durationMs: number | null
  readonly backends: BackendSettings
  /** Where a folder with the gate's run files is made. */
  readonly resultsFolder: string
}

/** How a gate tells its user what it is doing. */
export interface GateProgress {
  /** Something to be read, to stay. */
  note(text: string): void
  /** What is under way; in place of what was said last. */
  live(text: string): void
}
