import { stripVTControlCharacters } from 'node:util'
import type {
  SerializedError,
  TestAnnotation,
  TestArtifact,
  TestBenchmark,
  UserConsoleLog,
} from 'vitest'
import type {
  Reporter,
  TestCase,
  TestModule,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import { systemText } from '../environment/system.ts'
import type { OtherTest } from '../report/junit/run-junit.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { exitCodeOf } from '../run-file/outcome.ts'
import { renderFailures } from '../report/failures.ts'
import { renderMicroBenchmarks } from '../report/terminal/micro-benchmarks.ts'
import { renderReference } from '../report/terminal/runs.ts'
import { renderEnding, renderFiles } from '../report/terminal/ending.ts'
import { renderReport } from '../report/terminal/scenario.ts'
import { terminalWidth } from '../report/terminal/terminal-width.ts'
import { fitLines } from '../report/terminal/wrap.ts'
import { paint } from '../report/terminal/paint.ts'
import { escaped, printable } from '../printable.ts'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import { printableRun, redactedRun } from '../run-file/printable-run.ts'
import { LiveTerminal } from '../report/terminal/live/live-terminal.ts'
import { pagePathOf, type RunPageWriter } from '../report/html/write-run-page.ts'
import type { RunEvent, RunListener, RunningScenario } from '../report/live/run-event.ts'
import type { RunRecord } from '../run-file/write/run-record.ts'
import type { ResultPaths } from '../run-file/write/write-run-file.ts'
import { relativePath, runErrors } from './error-text.ts'
import { microBenchmarkEnd, microBenchmarkEntries } from './micro-benchmarks.ts'
import { ProgressListener } from './progress-channel.ts'
import { RunningTests } from './running-tests.ts'
import { SCENARIO_ARTIFACT, type MeasuredLoad } from './scenario-artifact.ts'
import { isBrokenTest, scenarioEntries } from './scenario-entries.ts'
import { kindOf, TestPlaces } from './test-places.ts'
import { UNDECLARED } from './system-setup.ts'

/** How a run is printed. */
export interface LoadReporterOptions {
  /** Default: standard output. */
  readonly out?: NodeJS.WriteStream
  /** Interval between progress lines, in ms, with or without a terminal. Default: that of `LiveTerminal`. */
  readonly reportIntervalMs?: number
  /** Whether to print each kind of failure with its count and a sample. */
  readonly isVerbose?: boolean
  /**
   * Whether no other reporter prints the console output of scenarios, or redraws the terminal. Default: true.
   */
  readonly isOnlyReporter?: boolean
  /** Writes the report beside the run file; none is written without one. */
  readonly page?: RunPageWriter
  /** Called with every event of the run. */
  readonly listeners?: readonly RunListener[]
  /** Whether a listener needs the exact times of progress. Default: no. */
  readonly needsExact?: boolean
  /** Called with the traces of a scenario's requests, each a `ResourceSpans` of OTLP as JSON, without secrets. */
  readonly onTraces?: (resourceSpans: readonly string[]) => void
}

/**
 * Prints scenarios and micro-benchmarks as they end, and writes the run file after each, so measurements
 * survive however the run ends.
 */
export class LoadReporter implements Reporter {
  readonly #record: RunRecord
  readonly #out: NodeJS.WriteStream
  readonly #live: LiveTerminal
  readonly #progress: ProgressListener
  readonly #loads = new Map<string, readonly MeasuredLoad[]>()
  readonly #running = new RunningTests()
  readonly #headed = new Set<string>()
  readonly #places = new TestPlaces()
  #root = ''
  #vitest: Vitest | null = null
  #importing: TestModule | null = null
  readonly #earlyLogs: UserConsoleLog[] = []
  #isBegun = false
  readonly #isVerbose: boolean
  readonly #isOnlyReporter: boolean
  #isBroken = false
  /** Whether a test reported an inconclusive figure. */
  #isInconclusive = false
  #exitCode: ExitCode = EXIT.broken
  readonly #otherTests: OtherTest[] = []
  readonly #page: RunPageWriter | null
  readonly #listeners: readonly RunListener[]
  readonly #needsExact: boolean
  readonly #onTraces: (resourceSpans: readonly string[]) => void

  constructor(record: RunRecord, options: LoadReporterOptions = {}) {
    const {
      out = process.stdout,
      reportIntervalMs,
      isVerbose = false,
      isOnlyReporter = true,
      page = null,
      listeners = [],
      needsExact = false,
      onTraces = () => {},
    } = options
    this.#record = record
    this.#out = out
    this.#isVerbose = isVerbose
    this.#isOnlyReporter = isOnlyReporter
    this.#page = page
    this.#listeners = listeners
    this.#needsExact = needsExact
    this.#onTraces = onTraces
    this.#live = new LiveTerminal(out, {
      reportIntervalMs,
      isBlockAllowed: isOnlyReporter,
      others: [process.stdout, process.stderr],
    })
    this.#progress = new ProgressListener((message) => {
      const { testId, load, outline, progress } = message
      this.#running.keep(message, Date.now())
      const testCase = this.#running.get(testId)
      if (testCase === undefined) return
      const scenario = this.#scenarioOf(testCase)
      if (outline !== undefined) this.#tell({ event: 'load-started', scenario, load, outline })
      this.#tell({ event: 'progress', scenario, load, progress })
    })
  }

  /** How the run ended; before that, `EXIT.broken`. */
  get exitCode(): ExitCode {
    return this.#exitCode
  }

  /** Not in the run file: how micro-benchmarks ended, and files that failed to load. */
  get otherTests(): readonly OtherTest[] {
    return this.#otherTests
  }

  /** Paths of the run's files; `null` if it never began or they can't be written. */
  get paths(): ResultPaths | null {
    return this.#record.paths
  }

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root
    this.#vitest = vitest
    vitest.onClose(() => {
      this.#progress.close()
      this.#live.close()
    })
    for (const project of vitest.projects) {
      project.provide('progressPath', this.#progress.path)
      project.provide('tellsExact', this.#needsExact)
    }
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#places.expect(specifications)
  }

  onTestModuleCollected(module: TestModule): void {
    this.#places.imported(module)
  }

  onTestModuleStart(module: TestModule): void {
    if (this.#isBegun) return
    this.#isBegun = true
    const { measured = UNDECLARED } = module.project.getProvidedContext()
    const { system, clients, reference } = measured
    this.#record.measuring(system, clients, reference)
    this.#print(`${paint('bold', this.#record.run.runId)}  ${systemText(system)}`)
    if (reference !== null) this.#print(`  ${renderReference(reference)}`)
    for (const log of this.#earlyLogs.splice(0)) this.#printConsole(log)
    const { scenarios, microFiles } = this.#places
    this.#tell({ event: 'run-started', run: this.#record.run, scenarios, microFiles })
  }

  onTestCaseReady(testCase: TestCase): void {
    this.#begin(testCase)
  }

  /** Called at the result, too: Vitest may report the start of a short test after its end. */
  #begin(testCase: TestCase): void {
    if (!this.#running.begin(testCase)) return
    if (!this.#live.hasBlock) this.#printHeading(testCase)
    const scenario = this.#scenarioOf(testCase)
    this.#tell({ event: 'scenario-started', scenario, place: this.#places.placeOf(testCase) })
  }

  onTestCaseArtifactRecord(testCase: TestCase, artifact: TestArtifact): void {
    if (artifact.type !== SCENARIO_ARTIFACT) return
    this.#loads.set(testCase.id, artifact.loads)
    this.#record.addTraces(artifact.resourceSpans)
    this.#onTraces(artifact.resourceSpans)
    if (artifact.skewMs !== null) this.#record.noteSkew(artifact.skewMs)
  }

  onTestModuleQueued(module: TestModule): void {
    this.#importing = module
  }

  /** Shows the console output of scenarios, below the heading of the test, or with the name of the file. */
  onUserConsoleLog(log: UserConsoleLog): void {
    if (!this.#isOnlyReporter) return
    if (this.#isBegun) this.#printConsole(log)
    // The run's own heading comes first.
    else this.#earlyLogs.push(log)
  }

  #printConsole({ content, type, taskId = '' }: UserConsoleLog): void {
    const source = this.#vitest?.state.getReportedEntityById(taskId)
    if (source?.type === 'test') this.#printHeading(source)
    // A file that is being imported prints before its tests are known.
    const module = source?.type === 'module' ? source : this.#importing
    const file = source?.type === 'test' || module === null ? '' : ` of ${this.#pathOf(module)}`
    const text = stripVTControlCharacters(content).replace(/\r?\n$/, '')
    for (const line of text.split(/\r?\n/)) {
      const label = paint('dim', `${type}${printable(file)} |`)
      this.#print(`  ${label} ${escaped(line.replaceAll('\t', '  '))}`)
    }
  }

  /** A test's notes: `annotate(text)`, or `annotate(text, 'inconclusive')`. */
  onTestCaseAnnotate(testCase: TestCase, { type, message }: TestAnnotation): void {
    if (type === 'inconclusive') this.#isInconclusive = true
    else if (type !== 'notice') return
    this.#printHeading(testCase)
    this.#print(message)
  }

  onTestCaseBenchmark(testCase: TestCase, benchmark: TestBenchmark): void {
    const entries = microBenchmarkEntries(this.#fileOf(testCase), testCase.fullName, benchmark)
    this.#record.addMicroBenchmarks(entries)
    this.#printHeading(testCase)
    this.#print(renderMicroBenchmarks(entries))
    this.#tell({ event: 'micro-benchmarks', entries })
  }

  onTestCaseResult(testCase: TestCase): void {
    this.#begin(testCase)
    this.#running.end(testCase)
    this.#printHeading(testCase)
    const loads = this.#loads.get(testCase.id)
    if (loads === undefined && testCase.project.name !== 'load') {
      this.#endMicroBenchmark(testCase)
      return
    }
    const entries = scenarioEntries(this.#fileOf(testCase), testCase, loads ?? [])
    // Stored before printing, because printing may fail.
    this.#record.addScenarios(entries)
    this.#isBroken ||= isBrokenTest(testCase, entries)
    for (const entry of entries.map(shown)) {
      this.#print(renderReport(entry))
      if (this.#isVerbose && entry.state === 'measured') this.#print(renderFailures(entry.result))
    }
    this.#tell({ event: 'scenario-ended', scenario: this.#scenarioOf(testCase), entries })
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const lostTests = this.#isBegun
      ? this.#running.lost(errors, (testCase) => this.#scenarioOf(testCase))
      : []
    const lost = lostTests.flatMap(({ entries }) => entries)
    const isInterrupted = reason === 'interrupted' || lost.length > 0
    if (lost.length > 0) this.#record.addScenarios(lost)
    if (this.#isBegun) this.#record.finish(isInterrupted ? 'interrupted' : 'complete')
    this.#live.close()
    for (const error of runErrors(modules, errors, this.#root)) {
      process.stderr.write(`${error.reason}\n`)
      this.#otherTests.push({ ...error, name: 'ends in order', outcome: 'broken' })
    }
    if (!this.#isBegun) return
    for (const entry of lost) this.#print(renderReport(shown(entry)))
    for (const test of lostTests) this.#tell({ event: 'scenario-ended', ...test })
    const { run, paths, storageProblem, tracesProblem, historyProblem } = this.#record
    const isBroken = this.#isBroken || storageProblem !== null
    const exitCode = this.#judge(isBroken)
    // Any other failure is a broken micro-benchmark.
    this.#exitCode = exitCode === EXIT.good && reason === 'failed' ? EXIT.broken : exitCode
    const page = paths === null || storageProblem !== null ? {} : this.#writePage(paths)
    const files = paths === null ? null : { ...paths, ...page }
    this.#tell({ event: 'run-ended', run, exitCode: this.#exitCode, paths: files })
    this.#print(`\n${renderEnding(run, this.#otherTests)}`)
    if (isInterrupted && storageProblem === null) {
      this.#print(paint('yellow', '\nInterrupted: the files hold the measurements so far.'))
    }
    if (storageProblem !== null) {
      const kept = paths === null ? '' : ' Its files hold earlier measurements.'
      process.stderr.write(`${storageProblem}${kept}\n`)
      return
    }
    this.#print('')
    if (files !== null) this.#print(renderFiles(files))
    if (tracesProblem !== null) this.#print(paint('yellow', `  ${tracesProblem}`))
    if (historyProblem !== null)
      this.#print(paint('yellow', `  not in the history: ${historyProblem}`))
  }

  /** @returns the path of the report, if it was written. */
  #writePage({ json }: ResultPaths): { readonly html?: string } {
    const html = pagePathOf(json)
    if (this.#page?.write(html, this.#record.run) === true) return { html }
    if (this.#page !== null) process.stderr.write(`${this.#page.problem ?? ''}\n`)
    return {}
  }

  /** Called once per test. Readiness is reported separately from results, and may arrive later. */
  #printHeading({ id, fullName }: TestCase): void {
    if (this.#headed.has(id)) return
    this.#headed.add(id)
    this.#print(`\n${paint('bold', printable(fullName))}`)
  }

  #endMicroBenchmark(testCase: TestCase): void {
    const { fullName: name } = testCase
    const [outcome, reason] = microBenchmarkEnd(testCase)
    const { state, errors = [] } = testCase.result()
    if (state === 'skipped') this.#print(paint('yellow', reason))
    for (const { message } of errors) this.#print(paint('red', message))
    this.#otherTests.push({ file: this.#fileOf(testCase), name, outcome, reason })
  }

  /** The run's exit code: that of its scenarios, or of its micro-benchmarks if that is worse. */
  #judge(isBroken: boolean): ExitCode {
    const { scenarios, microBenchmarks } = this.#record.run
    const outcomes = new Set(this.#otherTests.map(({ outcome }) => outcome))
    if (isBroken || outcomes.has('broken')) return EXIT.broken
    const isInconclusive = this.#isInconclusive || outcomes.has('inconclusive')
    const isEmpty = scenarios.length + microBenchmarks.length === 0
    const exitCode = isEmpty && isInconclusive ? EXIT.good : exitCodeOf(this.#record.run)
    if (exitCode !== EXIT.broken && outcomes.has('failed')) return EXIT.failed
    return exitCode === EXIT.good && isInconclusive ? EXIT.inconclusive : exitCode
  }

  #fileOf({ module }: TestCase): string {
    return this.#pathOf(module)
  }

  #pathOf({ moduleId }: TestModule): string {
    return relativePath(moduleId, this.#root)
  }

  #scenarioOf(testCase: TestCase): RunningScenario {
    const { id, fullName: name } = testCase
    return { kind: kindOf(testCase), id, name, file: this.#fileOf(testCase) }
  }

  #tell(event: RunEvent): void {
    this.#live.apply(event)
    for (const listener of this.#listeners) listener(event)
  }

  #print(text: string): void {
    this.#out.write(`${fitLines(text, terminalWidth(this.#out))}\n`)
  }
}

/** Without passwords of addresses, as in files, and harmless to print. */
function shown(entry: ScenarioEntry): ScenarioEntry {
  return printableRun(redactedRun(entry))
}
