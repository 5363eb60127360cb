import { readCommit } from '../provenance/git.ts'
import { describeSystem } from '../provenance/describe-system.ts'
import { readEnvironment } from '../provenance/fingerprint.ts'
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
import { ensureWritableFolder, ResultsFolderError } from './results-folder.ts'
import { createRunFile, writeRunFile, type ResultPaths } from './write-run-file.ts'

/** Where a run is recorded, and under which profile it runs. */
export interface RunRecordOptions {
  readonly folder: string
  readonly profile: string
  /** Default: one generator makes all of the load. */
  readonly generators?: Generators
}

/**
 * One run as it goes. Its files are written anew after each result, so that a run that is killed
 * leaves all that it had finished. A folder that takes no more files, as on a full disk, doesn't end
 * the run: its figures can still be printed.
 */
export class RunRecord {
  readonly #folder: string
  readonly #clock: RunClock
  #run: RunFile
  #isNamed = false
  #paths: ResultPaths | null = null
  #storageProblem: string | null = null
  #historyProblem: string | null = null

  private constructor(folder: string, clock: RunClock, run: RunFile) {
    this.#folder = folder
    this.#clock = clock
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

  /** What there is of it. Its `runId` is its own from `measuring` on. */
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

  /** Ends the record, and adds it to the folder's history. */
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

  /** Where its files are, whole as they were last written; `null` if they never could be. */
  get paths(): ResultPaths | null {
    return this.#paths
  }

  /** Why its files lack the latest results, or all of them; `null` if they hold everything. */
  get storageProblem(): string | null {
    return this.#storageProblem
  }

  /** Why the run is not in the folder's history; its files hold all of it, so nothing is lost. */
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
      this.#paths = writeRunFile(this.#folder, this.#run)
      this.#storageProblem = null
    } catch (error) {
      if (!(error instanceof ResultsFolderError)) throw error
      this.#storageProblem = error.message
    }
  }
}
