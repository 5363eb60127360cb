import { basename } from 'node:path'
import { backendSettings } from '../../environment/settings.ts'
import { dispatchSetting } from '../../load/dispatch/technique.ts'
import { InputError } from '../../input-error.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { renderBracket, renderCurve } from '../../report/terminal/capacity.ts'
import { renderFiles } from '../../report/terminal/ending.ts'
import { renderReference } from '../../report/terminal/runs.ts'
import { pagePathOf, RunPageWriter } from '../../report/html/write-run-page.ts'
import { paint } from '../../report/terminal/paint.ts'
import { print } from '../../report/terminal/print.ts'
import type { CapacityEntry } from '../../run-file/run-file.ts'
import { ResultsFolderError } from '../../run-file/write/results-folder.ts'
import { RunRecord } from '../../run-file/write/run-record.ts'
import { systemText } from '../../environment/system.ts'
import { openVitest } from '../../vitest/open-vitest.ts'
import { ProbeReporter } from '../../vitest/probe-reporter.ts'
import { endOnSignals } from '../../vitest/run/run-files.ts'
import { findCapacity } from '../../vitest/run/find-capacity.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import type { RunMetrics } from '../../report/telemetry/run-metrics.ts'
import { runFolder } from '../folders.ts'
import { TRACE_VARIABLES } from '../flags.ts'
import { followedByMetrics, type TelemetryFlags } from '../run-telemetry.ts'
import { scenarioFiles, scenarioFolder, specificationsOf } from '../../vitest/run/scenario-files.ts'

/** The flags, in ms and requests/s. */
export interface CapacityFlags extends TelemetryFlags {
  readonly from: number
  readonly duration: number
  readonly precision: number
  readonly system?: string
  readonly backend?: string
  readonly scenarios?: string
  readonly results?: string
}

/**
 * Searches for the capacity of the scenario with this name, and keeps every probe.
 * @throws InputError, EnvironmentError, ResultsFolderError
 */
export async function runCapacity(name: string, values: CapacityFlags): Promise<CommandEnd> {
  return followedByMetrics(values, (metrics) => search(name, values, metrics))
}

async function search(
  name: string,
  values: CapacityFlags,
  metrics: RunMetrics | null,
): Promise<CommandEnd> {
  const { from, precision, duration: durationMs } = values
  // The tests' own processes read their settings from the environment, which they inherit.
  if (values.system !== undefined) process.env['BENCH_SYSTEM'] = values.system
  if (values.backend !== undefined) process.env['BENCH_BACKEND'] = values.backend
  if (values.scenarios !== undefined) process.env['BENCH_SCENARIOS'] = values.scenarios
  // Probes keep no traces, and recording them takes time.
  for (const variable of Object.keys(TRACE_VARIABLES)) process.env[variable] = ''
  backendSettings(process.env)
  dispatchSetting(process.env)
  const file = scenarioNamed(name, scenarioFiles(scenarioFolder(process.env), ['load'], [name]))
  const folder = runFolder(values.results)
  const record = await RunRecord.open({ folder, profile: 'capacity' })
  const page = await RunPageWriter.open()
  let isBegun = false
  const listeners = metrics === null ? [] : [metrics.listenerOf()]
  const followed = { listeners, needsExact: metrics !== null }
  const reporter = new ProbeReporter(process.stdout, followed, (measured) => {
    const { system, clients, reference } = measured
    record.measuring(system, clients, reference)
    const started = { event: 'run-started', run: record.run, scenarios: 1, microFiles: 0 } as const
    for (const listener of listeners) listener(started)
    isBegun = true
    print(`${paint('bold', record.run.runId)}  ${systemText(system)}`)
    print(reference === null ? '' : `  ${renderReference(reference)}\n`)
  })
  const vitest = await openVitest({ project: ['load'], reporter })
  const interruption = endOnSignals(vitest)
  const isInterrupted = (): boolean => interruption.exitCode !== null
  // A run that was starting when the signal came has missed it.
  reporter.onReady = async () => {
    if (isInterrupted()) await vitest.cancelCurrentRun('keyboard-input')
  }
  let isDone = false
  try {
    await vitest.standalone()
    const [scenario] = specificationsOf(vitest, [file])
    if (scenario === undefined) throw new TypeError('no scenario to run')
    const plan = { from, precision, durationMs, reporter, record, isInterrupted, print }
    await findCapacity(vitest, scenario, plan)
    isDone = !isInterrupted()
  } finally {
    // Findings are kept even if something broke later.
    if (isBegun) {
      record.finish(isDone ? 'complete' : 'interrupted')
      report(record, page)
    }
    await vitest.close()
  }
  // Everything is printed, but no result is stored to come back to.
  if (record.storageProblem !== null) throw new ResultsFolderError(record.storageProblem)
  return interruption.exitCode ?? exitCodeOf(record.run.capacities)
}

/** Prints the outcome of the search, and writes its report. */
function report({ run, paths }: RunRecord, page: RunPageWriter): void {
  const [capacity] = run.capacities
  if (capacity === undefined) return
  print(`\n${renderCurve(capacity.probes)}\n\n${renderBracket(capacity)}\n`)
  if (paths === null) return
  const html = pagePathOf(paths.json)
  const isWritten = page.write(html, run)
  if (!isWritten) process.stderr.write(`${page.problem ?? ''}\n`)
  print(renderFiles({ ...paths, ...(isWritten ? { html } : {}) }))
}

/**
 * Finds a scenario by its name, or as the only one with that text in its path.
 * @throws InputError if no scenario or several match.
 */
function scenarioNamed(name: string, found: readonly string[]): string {
  const exact = found.filter((path) => basename(path) === `${name}.load.ts`)
  const [scenario, ...others] = exact.length > 0 ? exact : found
  if (scenario === undefined) throw new InputError(`No scenario has "${name}" in its name.`)
  if (others.length === 0) return scenario
  const names = [scenario, ...others].map((path) => basename(path, '.load.ts'))
  throw new InputError(`Several scenarios have "${name}" in their names: ${names.join(', ')}.`)
}

/** A rate that was held is an answer, whatever saturated above it. */
function exitCodeOf([capacity]: readonly CapacityEntry[]): ExitCode {
  return capacity === undefined || capacity.bracket.passed === null ? EXIT.inconclusive : EXIT.good
}
