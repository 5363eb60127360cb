import type { SerializedError, TestAnnotation, TestArtifact } from 'vitest'
import type {
  Reporter,
  TestCase,
  TestModule,
  TestProject,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import type { RunRecord } from '../run-file/write/run-record.ts'
import { RESULTS_FOLDER } from '../run-file/write/results-folder.ts'
import { LOAD_PROJECT } from './load-project.ts'
import type { LoadReporter, LoadReporterOptions } from './load-reporter.ts'
import { profileSettings } from './profile.ts'

/** Reporters of this package's commands, which report load tests instead. */
export const COMMAND_REPORTERS = new WeakSet<object>()

/** How the runs of a Vitest are recorded. */
export interface PluginReporterOptions extends Pick<
  LoadReporterOptions,
  'listeners' | 'needsExact' | 'onTraces' | 'out'
> {
  /** Starts the record of a run. Default: in the folder and under the profile that the environment names. */
  readonly openRecord?: () => Promise<RunRecord>
  /** Called at the end of each run. */
  readonly onRunEnd?: (reporter: LoadReporter, record: RunRecord) => void
}

/**
 * Reports the load tests of each run of a Vitest, next to the reporters of its config: a Vitest that watches or shows
 * its UI may run several times, and each run has a file of its own. A run without load tests prints and writes nothing.
 */
export class PluginReporter implements Reporter {
  readonly #options: PluginReporterOptions
  #vitest: Vitest | null = null
  /** The current run; `null` without load tests. */
  #run: LoadReporter | null = null
  #record: RunRecord | null = null

  constructor(options: PluginReporterOptions = {}) {
    this.#options = options
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.#run = null
    if (this.#vitest === null || !specifications.some(({ project }) => isLoad(project))) return
    const { openRecord = openByEnvironment, listeners = [], out = process.stdout } = this.#options
    const { needsExact = false, onTraces = () => {} } = this.#options
    // Imported late, because Vitest starts faster without them.
    const [{ LoadReporter }, { RunPageWriter }] = await Promise.all([
      import('./load-reporter.ts'),
      import('../report/html/write-run-page.ts'),
    ])
    this.#record = await openRecord()
    this.#run = new LoadReporter(this.#record, {
      page: await RunPageWriter.open(),
      isOnlyReporter: false,
      listeners,
      needsExact,
      onTraces,
      out,
    })
    this.#run.onInit(this.#vitest)
    this.#run.onTestRunStart(specifications.filter(({ project }) => isLoad(project)))
  }

  onTestModuleCollected(module: TestModule): void {
    if (isLoad(module.project)) this.#run?.onTestModuleCollected(module)
  }

  onTestModuleStart(module: TestModule): void {
    if (isLoad(module.project)) this.#run?.onTestModuleStart(module)
  }

  onTestCaseReady(testCase: TestCase): void {
    if (isLoad(testCase.project)) this.#run?.onTestCaseReady(testCase)
  }

  onTestCaseArtifactRecord(testCase: TestCase, artifact: TestArtifact): void {
    if (isLoad(testCase.project)) this.#run?.onTestCaseArtifactRecord(testCase, artifact)
  }

  onTestCaseAnnotate(testCase: TestCase, annotation: TestAnnotation): void {
    if (isLoad(testCase.project)) this.#run?.onTestCaseAnnotate(testCase, annotation)
  }

  onTestCaseResult(testCase: TestCase): void {
    if (isLoad(testCase.project)) this.#run?.onTestCaseResult(testCase)
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const ofLoads = modules.filter(({ project }) => isLoad(project))
    if (this.#run === null || this.#record === null) return
    this.#run.onTestRunEnd(ofLoads, errors, reason)
    this.#options.onRunEnd?.(this.#run, this.#record)
  }
}

async function openByEnvironment(): Promise<RunRecord> {
  const { RunRecord: Record } = await import('../run-file/write/run-record.ts')
  return Record.open({
    folder: process.env['BENCH_RESULTS'] || RESULTS_FOLDER,
    profile: profileSettings(process.env).profile,
  })
}

function isLoad({ name }: TestProject): boolean {
  return name === LOAD_PROJECT
}
