import type { TestArtifact } from 'vitest'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import type { RunEvent, RunListener, RunningScenario } from '../report/live/run-event.ts'
import { LiveTerminal } from '../report/terminal/live/live-terminal.ts'
import { relativePath, runErrors, type ReportedError } from './error-text.ts'
import { scenarioEntries } from './scenario-entries.ts'
import { ProgressListener } from './progress-channel.ts'
import { SCENARIO_ARTIFACT, type MeasuredLoad } from './scenario-artifact.ts'
import { UNDECLARED, type Measured } from './system-setup.ts'

/** Who follows probes. */
export interface ProbeListeners {
  readonly listeners: readonly RunListener[]
  /** Whether a listener needs the exact times of progress. */
  readonly needsExact: boolean
}

/** Collects a scenario's results at successive rates, and shows the progress of each. */
export class ProbeReporter implements Reporter {
  /** Called when a probe's test is about to begin. */
  onReady: () => void | Promise<void> = () => {}
  readonly #live: LiveTerminal
  #scenario: RunningScenario | null = null
  readonly #progress: ProgressListener
  readonly #onBegin: (measured: Measured) => void
  readonly #loads = new Map<string, readonly MeasuredLoad[]>()
  #root = ''
  #isBegun = false
  #entries: ScenarioEntry[] = []
  #errors: string[] = []
  #probes = 0
  readonly #followed: ProbeListeners

  /** @param onBegin called once, when the system under test is known. */
  constructor(
    out: NodeJS.WriteStream,
    followed: ProbeListeners,
    onBegin: (measured: Measured) => void,
  ) {
    this.#live = new LiveTerminal(out, { others: [process.stderr] })
    this.#followed = followed
    this.#onBegin = onBegin
    this.#progress = new ProgressListener(({ load, outline, progress }) => {
      const scenario = this.#scenario
      if (scenario === null) return
      if (outline !== undefined) this.#tell({ event: 'load-started', scenario, load, outline })
      this.#tell({ event: 'progress', scenario, load, progress })
    })
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
    vitest.onClose(() => {
      this.#progress.close()
      this.#live.close()
    })
    for (const project of vitest.projects) {
      project.provide('progressPath', this.#progress.path)
      project.provide('tellsExact', this.#followed.needsExact)
    }
  }

  onTestModuleStart(module: TestModule): void {
    if (this.#isBegun) return
    this.#isBegun = true
    this.#onBegin(module.project.getProvidedContext().measured ?? UNDECLARED)
  }

  async onTestCaseReady({ id, fullName: name, module }: TestCase): Promise<void> {
    const probe = (this.#probes += 1)
    const scenario = { kind: 'load', id, name, file: this.#fileOf(module), probe } as const
    this.#scenario = scenario
    this.#tell({ event: 'scenario-started', scenario, place: { number: 1, of: 1 } })
    await this.onReady()
  }

  onTestCaseArtifactRecord(testCase: TestCase, artifact: TestArtifact): void {
    if (artifact.type === SCENARIO_ARTIFACT) this.#loads.set(testCase.id, artifact.loads)
  }

  onTestCaseResult(testCase: TestCase): void {
    const scenario = this.#scenario
    this.#live.close()
    this.#scenario = null
    const file = this.#fileOf(testCase.module)
    const entries = scenarioEntries(file, testCase, this.#loads.get(testCase.id) ?? [])
    this.#entries.push(...entries)
    if (scenario !== null) this.#tell({ event: 'scenario-ended', scenario, entries })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly ReportedError[]): void {
    this.#live.close()
    this.#errors.push(...runErrors(modules, errors, this.#root).map(({ reason }) => reason))
  }

  #tell(event: RunEvent): void {
    // The search prints the outcome of each probe itself.
    if (event.event !== 'scenario-ended') this.#live.apply(event)
    for (const listener of this.#followed.listeners) listener(event)
  }

  #fileOf({ moduleId }: TestModule): string {
    return relativePath(moduleId, this.#root)
  }
}
