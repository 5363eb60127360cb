import { readCommit } from './commit.ts'
import { describeBackends } from './describe-backends.ts'
import { readEnvironment } from './fingerprint.ts'
import { appendHistory, HistoryError } from './history-file.ts'
import type { Backends } from '../environment/backends.ts'
import type {
  CapacityEntry,
  Generators,
  MicroBenchmarkEntry,
  Reference,
  RunFile,
  ScenarioEntry,
} from './run-file.ts'
import { SCHEMA_VERSION } from './run-file.ts'
import { newRunId } from './run-id.ts'
import { ensureWritableFolder } from './results-folder.ts'
import { writeRunFile, type ResultPaths } from './write-run-file.ts'

/** Where a run is recorded, and under which profile it runs. */
export interface RunRecordOptions {
  readonly folder: string
  readonly profile: string
  /** Default: one generator makes all of the load. */
  readonly generators?: Generators
}

/**
 * One run as it goes. Its files are written anew after each result, so that a run that is killed
 * leaves all that it had finished.
 */
export class RunRecord {
  readonly #folder: string
  #run: RunFile
  #historyProblem: string | null = null

  private constructor(folder: string, run: RunFile) {
    this.#folder = folder
    this.#run = run
  }

  /**
   * Begins a record; nothing is written until there is something to measure.
   * @throws ResultsFolderError if the folder can't be written to.
   */
  static async open({
    folder,
    profile,
    generators = { kind: 'one' },
  }: RunRecordOptions): Promise<RunRecord> {
    ensureWritableFolder(folder)
    const startedAt = new Date()
    const commit = await readCommit(import.meta.dirname)
    return new RunRecord(folder, {
      schemaVersion: SCHEMA_VERSION,
      runId: newRunId(folder, startedAt, commit, generators),
      status: 'running',
      startedAt: startedAt.toISOString(),
      finishedAt: null,
      commit,
      profile,
      backends: { kind: 'memory', notice: 'Nothing was measured yet.' },
      environment: readEnvironment(),
      reference: null,
      generators,
      scenarios: [],
      microBenchmarks: [],
      capacities: [],
    })
  }

  get run(): RunFile {
    return this.#run
  }

  /**
   * Notes what is being measured, and takes the run's file names.
   * @param reference what the reference workload took there.
   */
  measuring(backends: Backends, reference: Reference | null): void {
    this.#write({ backends: describeBackends(backends), reference })
  }

  addScenarios(scenarios: readonly ScenarioEntry[]): void {
    this.#write({ scenarios: [...this.#run.scenarios, ...scenarios] })
  }

  addMicroBenchmarks(entries: readonly MicroBenchmarkEntry[]): void {
    this.#write({ microBenchmarks: [...this.#run.microBenchmarks, ...entries] })
  }

  /** Notes how far the search for a capacity has come, in place of what it had found before. */
  setCapacity(capacity: CapacityEntry): void {
    this.#write({ capacities: [capacity] })
  }

  /** Ends the record, and adds it to the folder's history; where its files are. */
  finish(status: 'complete' | 'interrupted'): ResultPaths {
    const paths = this.#write({ status, finishedAt: new Date().toISOString() })
    try {
      appendHistory(this.#folder, this.#run)
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error
      this.#historyProblem = error.message
    }
    return paths
  }

  /** Why the run is not in the folder's history; its files hold all of it, so nothing is lost. */
  get historyProblem(): string | null {
    return this.#historyProblem
  }

  #write(change: Partial<RunFile>): ResultPaths {
    this.#run = { ...this.#run, ...change }
    return writeRunFile(this.#folder, this.#run)
  }
}
