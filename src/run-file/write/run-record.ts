import { resolve } from 'node:path'
import { readCommit } from '../provenance/git.ts'
import { describeSystem } from '../provenance/describe-system.ts'
import { readEnvironment } from '../provenance/environment.ts'
import { appendHistory, HistoryError } from '../history/history-file.ts'
import type { SystemUnderTest } from '../../environment/system.ts'
import type {
  CapacityEntry,
  Generators,
  MicroBenchmarkEntry,
  Reference,
  RunFile,
  ScenarioEntry,
} from '../run-file.ts'
import { SCHEMA_VERSION } from '../run-file.ts'
import { RunClock } from './run-clock.ts'
import { runIdOf } from '../run-id.ts'
import {
  ensureWritableFolder,
  makeDefaultFolder,
  RESULTS_FOLDER,
  ResultsFolderError,
} from './results-folder.ts'
import { tracesPathOf } from '../traces-path.ts'
import { TracesFile } from './traces-file.ts'
import { createRunFile, writeRunFile, type ResultPaths } from './write-run-file.ts'

/** Where a run is recorded, and under which profile. */
export interface RunRecordOptions {
  readonly folder: string
  readonly profile: string
  /** Default: one generator makes the whole load. */
  readonly generators?: Generators
}

/**
 * One run in progress. It rewrites its files after each result, so that a killed run leaves all finished results.
 * A folder that accepts no more files, such as a full disk, doesn't end the run: its figures can still be printed.
 */
export class RunRecord {
  readonly #folder: string
  readonly #clock: RunClock
  #run: RunFile
  #isNamed = false
  #paths: ResultPaths | null = null
  #storageProblem: string | null = null
  #historyProblem: string | null = null
  readonly #traces = new TracesFile()

  private constructor(folder: string, clock: RunClock, run: RunFile) {
    this.#folder = folder
    this.#clock = clock
    this.#run = run
  }

  /**
   * Starts a record; nothing is written before the first measurement.
   * @throws ResultsFolderError if the folder can't be written to.
   */
  static async open({
    folder,
    profile,
    generators = { kind: 'one' },
  }: RunRecordOptions): Promise<RunRecord> {
    if (resolve(folder) === resolve(RESULTS_FOLDER)) makeDefaultFolder()
    ensureWritableFolder(folder)
    const clock = new RunClock()
    const { startedAt } = clock
    const commit = await readCommit(process.cwd())
    return new RunRecord(folder, clock, {
      schemaVersion: SCHEMA_VERSION,
      runId: runIdOf(startedAt, commit, generators),
      status: 'running',
      startedAt: startedAt.toISOString(),
      finishedAt: null,
      commit,
      profile,
      system: { kind: 'undeclared' },
      environment: readEnvironment(),
      reference: null,
      generators,
      scenarios: [],
      microBenchmarks: [],
      capacities: [],
    })
  }

  /** The run so far. Its `runId` is final once `measuring` was called. */
  get run(): RunFile {
    return this.#run
  }

  /**
   * Notes the system under test, and takes a name that no other run has.
   * @param clients packages by which requests reach the system.
   * @param reference result of the reference workload there.
   */
  measuring(
    system: SystemUnderTest,
    clients: readonly string[],
    reference: Reference | null,
  ): void {
    this.#write({
      system: describeSystem(system),
      environment: readEnvironment(clients),
      reference,
    })
  }

  /** Notes how far apart the shards of a load may have started, in ms; the largest of several loads is kept. */
  noteSkew(skewMs: number): void {
    const { generators } = this.#run
    if (generators.kind !== 'shard' || generators.barrier === undefined) return
    const largest = Math.max(generators.barrier.skewMs ?? 0, skewMs)
    const barrier = { ...generators.barrier, skewMs: largest }
    this.#run = { ...this.#run, generators: { ...generators, barrier } }
  }

  addScenarios(scenarios: readonly ScenarioEntry[]): void {
    this.#write({ scenarios: [...this.#run.scenarios, ...scenarios] })
  }

  /** Adds the traces of a test's requests, each a `ResourceSpans` as JSON without secrets; written with the next scenarios. */
  addTraces(resourceSpans: readonly string[]): void {
    this.#traces.add(resourceSpans)
  }

  addMicroBenchmarks(entries: readonly MicroBenchmarkEntry[]): void {
    this.#write({ microBenchmarks: [...this.#run.microBenchmarks, ...entries] })
  }

  /** Records the state of a capacity search, replacing its previous state. */
  setCapacity(capacity: CapacityEntry): void {
    this.#write({ capacities: [capacity] })
  }

  /** Ends the record, and appends the run to the folder's history. */
  finish(status: 'complete' | 'interrupted'): void {
    this.#write({ status, finishedAt: this.#clock.now().toISOString() })
    if (this.#storageProblem !== null) return
    try {
      appendHistory(this.#folder, this.#run)
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error
      this.#historyProblem = error.message
    }
  }

  /** Where its files are, as last written completely; `null` if none could be written. */
  get paths(): ResultPaths | null {
    return this.#paths
  }

  /** Why its files lack the latest results, or all of them; `null` if they hold everything. */
  get storageProblem(): string | null {
    return this.#storageProblem
  }

  /** Why traces are missing from their file, in a sentence; `null` if it holds all that were kept. */
  get tracesProblem(): string | null {
    return this.#traces.problem
  }

  /** Why the run is missing from the folder's history; its own files are complete. `null` if it is included. */
  get historyProblem(): string | null {
    return this.#historyProblem
  }

  #write(change: Partial<RunFile>): void {
    this.#run = { ...this.#run, ...change }
    try {
      if (!this.#isNamed) {
        this.#run = createRunFile(this.#folder, this.#run)
        this.#isNamed = true
      }
      const paths = writeRunFile(this.#folder, this.#run)
      const tracesJson = this.#traces.write(tracesPathOf(paths.json))
      this.#paths = { ...paths, ...(tracesJson === null ? {} : { tracesJson }) }
      this.#storageProblem = null
    } catch (error) {
      if (!(error instanceof ResultsFolderError)) throw error
      this.#storageProblem = error.message
    }
  }
}
