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
import { RESULTS_FOLDER } from '../run-file/write/results-folder.ts'
import { LOAD_PROJECT } from './load-project.ts'
import type { LoadReporter } from './load-reporter.ts'
import { profileSettings } from './profile.ts'

/** Reporters of this package's commands, which report load tests instead. */
export const COMMAND_REPORTERS = new WeakSet<object>()

/**
 * Reports the load tests of a Vitest run, next to the reporters of its config. A run without load
 * tests prints and writes nothing.
 */
export class PluginReporter implements Reporter {
  #vitest: Vitest | null = null
  /** The current run's reporter; `null` without load tests. */
  #run: LoadReporter | null = null

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.#run = null
    if (this.#vitest === null || !specifications.some(({ project }) => isLoad(project))) return
    // Imported late, because Vitest starts faster without them.
    const [{ RunRecord }, { LoadReporter }, { RunPageWriter }] = await Promise.all([
      import('../run-file/write/run-record.ts'),
      import('./load-reporter.ts'),
      import('../report/html/write-run-page.ts'),
    ])
    const record = await RunRecord.open({
      folder: process.env['BENCH_RESULTS'] || RESULTS_FOLDER,
      profile: profileSettings(process.env).profile,
    })
    this.#run = new LoadReporter(record, {
      page: await RunPageWriter.open(),
      isOnlyReporter: false,
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
    this.#run?.onTestRunEnd(ofLoads, errors, reason)
  }
}

function isLoad({ name }: TestProject): boolean {
  return name === LOAD_PROJECT
}
