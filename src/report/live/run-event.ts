import type { LoadModel } from '../../load/load-model.ts'
import type { LoadProgress } from '../../load/recording/load-recorder.ts'
import type { Bound } from '../../load/slo/slo.ts'
import type { VerdictThresholds } from '../../load/verdict/verdict-thresholds.ts'
import type { MicroBenchmarkEntry, RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import type { ResultPaths } from '../../run-file/write/write-run-file.ts'

/** A running test: of loads, or of micro-benchmarks. */
export interface RunningScenario {
  readonly kind: 'load' | 'micro-benchmark'
  /** The same in all events of one test. */
  readonly id: string
  readonly name: string
  /** Relative to the project's folder. */
  readonly file: string
  /** In a search for capacity, which runs one test several times: the number of the probe, from 1. */
  readonly probe?: number
}

/** What is known of a load when it starts. */
export interface LoadOutline {
  readonly model: LoadModel['kind']
  /** The load in words: `constant 200/s`, `50 users`. */
  readonly label: string
  /** The planned time of the measurement, after the warm-up. */
  readonly durationMs: number
  readonly warmUpMs: number
  /** Bounds that the load was given; those that its test asserts afterwards are not among them. */
  readonly bounds: readonly Bound[]
  readonly verdictThresholds: VerdictThresholds
}

/** The place of a test in its run. */
export interface RunPlace {
  /** From 1: among load tests; of a micro-benchmark, that of its file. */
  readonly number: number
  /** The number of all, as far as known: a file of load tests counts as one until it was imported. */
  readonly of: number
}

/**
 * What happens in a run, in the order in which it happens: for the terminal, the live page and streams.
 * Plain data.
 */
export type RunEvent =
  | {
      readonly event: 'run-started'
      readonly run: RunFile
      /** Load tests of the run, as far as known: a file counts as one until it was imported. */
      readonly scenarios: number
      /** Files of micro-benchmarks, which run after the load tests. */
      readonly microFiles: number
    }
  | {
      readonly event: 'scenario-started'
      readonly scenario: RunningScenario
      readonly place: RunPlace
    }
  | {
      /** The load's first requests are on their way. */
      readonly event: 'load-started'
      readonly scenario: RunningScenario
      /** The index of the load in its test. */
      readonly load: number
      readonly outline: LoadOutline
    }
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
