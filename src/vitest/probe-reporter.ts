import type { TestArtifact } from 'vitest'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import { relativePath, runErrors, type ReportedError } from './error-text.ts'
import { LiveLine } from './live-line.ts'
import { scenarioEntries } from './scenario-entries.ts'
import { ProgressListener } from './progress-channel.ts'
import { SCENARIO_ARTIFACT, type MeasuredLoad } from './scenario-artifact.ts'
import { UNDECLARED, type Measured } from './system-setup.ts'

/** Collects a scenario's results at successive rates, and shows the progress of each. */
export class ProbeReporter implements Reporter {
  /** Called when a probe's test is about to begin. */
  onReady: () => void | Promise<void> = () => {}
  readonly #live: LiveLine
  readonly #progress: ProgressListener
  readonly #onBegin: (measured: Measured) => void
  readonly #loads = new Map<string, readonly MeasuredLoad[]>()
  #root = ''
  #isBegun = false
  #entries: ScenarioEntry[] = []
  #errors: string[] = []

  /** @param onBegin called once, when the system under test is known. */
  constructor(out: NodeJS.WriteStream, onBegin: (measured: Measured) => void) {
    this.#live = new LiveLine(out)
    this.#onBegin = onBegin
    this.#progress = new ProgressListener(({ progress }) => this.#live.show(progress))
  }

  /** Measurements since the last call, and errors outside of tests. */
  take(): { readonly entries: readonly ScenarioEntry[]; readonly errors: readonly string[] } {
    const taken = { entries: this.#entries, errors: this.#errors }
    this.#entries = []
    this.#errors = []
    this.#loads.clear()
    return taken
  }

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root
    vitest.onClose(() => this.#progress.close())
    for (const project of vitest.projects) project.provide('progressPath', this.#progress.path)
  }

  onTestModuleStart(module: TestModule): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#onBegin(module.project.getProvidedContext().measured ?? UNDECLARED)
  }

  async onTestCaseReady(): Promise<void> {
    await this.onReady()
  }

  onTestCaseArtifactRecord(testCase: TestCase, artifact: TestArtifact): void {
    if (artifact.type === SCENARIO_ARTIFACT) this.#loads.set(testCase.id, artifact.loads)
  }

  onTestCaseResult(testCase: TestCase): void {
    this.#live.clear()
    const file = relativePath(testCase.module.moduleId, this.#root)
    this.#entries.push(...scenarioEntries(file, testCase, this.#loads.get(testCase.id) ?? []))
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly ReportedError[]): void {
    this.#live.clear()
    this.#errors.push(...runErrors(modules, errors, this.#root).map(({ reason }) => reason))
  }
}
