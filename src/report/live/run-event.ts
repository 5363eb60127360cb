import type { LoadProgress } from '../../load/recording/load-recorder.ts'
import type { MicroBenchmarkEntry, RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import type { ResultPaths } from '../../run-file/write/write-run-file.ts'

/** A running test that makes loads. */
export interface RunningScenario {
  /** The same in all events of one test. */
  readonly id: string
  readonly name: string
  /** Relative to the project's folder. */
  readonly file: string
}

/**
 * What happens in a run, in the order in which it happens: for the terminal, the live page and streams.
 * Plain data.
 */
export type RunEvent =
  | {
      readonly event: 'run-started'
      readonly run: RunFile
      /** Tests of the run, as far as they are known: a file's are once it was imported. */
      readonly scenarios: number
    }
  | { readonly event: 'scenario-started'; readonly scenario: RunningScenario }
  | {
      readonly event: 'progress'
      readonly scenario: RunningScenario
      /** The index of the load in its test. */
      readonly load: number
      readonly progress: LoadProgress
    }
  | {
      readonly event: 'scenario-ended'
      readonly scenario: RunningScenario
      /** One per load of the test. */
      readonly entries: readonly ScenarioEntry[]
    }
  | { readonly event: 'micro-benchmarks'; readonly entries: readonly MicroBenchmarkEntry[] }
  | {
      readonly event: 'run-ended'
      readonly run: RunFile
      readonly exitCode: number
      readonly paths: ResultPaths | null
    }

/** Called with every event of a run. It must not throw, and returns at once: the run does not wait. */
export type RunListener = (event: RunEvent) => void
