import { resolve } from 'node:path'
import { addressedSettings } from '../../environment/settings.ts'
import { GateLines } from '../../gate/report/gate-lines.ts'
import type { GateOptions, RoundsFollower } from '../../gate/gate-options.ts'
import { parseMetrics } from '../../gate/rounds/metrics-option.ts'
import type { VersionName } from '../../gate/versions/both.ts'
import { DEFAULT_SUBJECT } from '../../gate/versions/subject.ts'
import { gatePage } from '../../gate/report/html/gate-page.ts'
import { versionHistograms } from '../../gate/report/html/version-histograms.ts'
import { renderGate } from '../../gate/report/render-gate.ts'
import { runGate } from '../../gate/run-gate.ts'
import {
  checkReportFiles,
  writeGatePage,
  writeGateReport,
  type ReportFiles,
} from '../../gate/report/write-gate-report.ts'
import type { RunMetrics } from '../../report/telemetry/run-metrics.ts'
import { readPageAssets } from '../../report/html/page-assets.ts'
import { renderPage } from '../../report/html/page.ts'
import { StepSummary } from '../../report/markdown/step-summary.ts'
import { InputError } from '../../input-error.ts'
import { isInstalled } from '../../installed.ts'
import { scenarioFolder } from '../../vitest/run/scenario-files.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import { runFolder } from '../folders.ts'
import { followedByMetrics, type TelemetryFlags } from '../run-telemetry.ts'
import { onSignals } from '../../process/signals.ts'

/** The flags: times in ms, ratios as numbers. */
export interface GateFlags extends TelemetryFlags {
  readonly base?: string
  readonly head?: string
  readonly subject?: readonly string[]
  readonly stages: GateOptions['stages']
  readonly operations: GateOptions['operations']
  readonly measureEqual?: true
  readonly junit?: string
  readonly budget: number
  readonly scenarios?: string
  readonly metrics?: string
  readonly effect?: number
  readonly duration?: number
  readonly backend?: string
  readonly markdown?: string
  readonly html?: string
  readonly json?: string
  readonly results?: string
}

/**
 * Runs the gate, prints its report, and writes the files that the flags ask for.
 * @throws UserError
 */
export async function runGateCommand(flags: GateFlags): Promise<CommandEnd> {
  const options = optionsOf(flags)
  if (!options.stages.includes('rounds')) {
    for (const flag of ['otlp', 'prometheus'] as const) {
      if (flags[flag] === undefined) continue
      throw new InputError(
        `--${flag}: only rounds make a load. Add rounds to --stages, or leave --${flag} out.`,
      )
    }
  }
  return followedByMetrics(flags, (metrics) =>
    runAndReport(flags, { ...options, follower: metrics === null ? null : followerOf(metrics) }),
  )
}

/** Each run of a version is a run in metrics, too. */
function followerOf(metrics: RunMetrics): RoundsFollower {
  const attributesOf = (version: VersionName) => ({ 'loadtest.version': version })
  return {
    listenerOf: (version) => metrics.listenerOf(attributesOf(version)),
    onRun: (version, run) => metrics.end(run.runId, run, attributesOf(version)),
  }
}

async function runAndReport(flags: GateFlags, options: GateOptions): Promise<CommandEnd> {
  const files: ReportFiles = {
    markdown: flags.markdown ?? null,
    json: flags.json ?? null,
    junit: flags.junit ?? null,
    html: flags.html ?? null,
    summary: StepSummary.open(process.env),
  }
  checkReportFiles(files)
  const assets = await readPageAssets()
  const lines = new GateLines(process.stdout)
  const ending = new AbortController()
  const interruption = onSignals((name) => {
    process.stderr.write(`\n${name}: ending the gate; once more to leave at once\n`)
    ending.abort()
  })
  try {
    const report = await runGate(options, lines, ending.signal)
    // Printed even if it can't be stored, because the measurement took long.
    try {
      const problem = writeGateReport(report, files)
      if (problem !== null) process.stderr.write(`${problem}\n`)
      const times = await versionHistograms(report.runs)
      writeGatePage(report, renderPage(gatePage(report, times), assets), files)
    } finally {
      lines.note(`\n${renderGate(report)}`)
    }
    return interruption.exitCode ?? report.exitCode
  } catch (error) {
    lines.clear()
    const { exitCode } = interruption
    if (exitCode !== null && error === ending.signal.reason) {
      process.stderr.write('Interrupted before the first stage: nothing was measured.\n')
      return exitCode
    }
    throw error
  }
}

/** @throws InputError, EnvironmentError */
function optionsOf(flags: GateFlags): GateOptions {
  const { base, head, metrics, effect } = flags
  const { BENCH_BACKEND } = process.env
  if (base === undefined) {
    throw new InputError('Name a baseline, such as --base origin/main. See --help.')
  }
  const harness = resolve(import.meta.dirname, '../../..')
  return {
    project: process.cwd(),
    harness,
    subject: flags.subject ?? (isInstalled ? [] : DEFAULT_SUBJECT),
    stages: flags.stages,
    operations: flags.operations,
    measuresEqual: flags.measureEqual === true,
    baseline: base,
    candidate: head ?? null,
    budgetMs: flags.budget,
    scenarioFolder: scenarioFolder(process.env),
    scenarios: flags.scenarios?.split(',').map((name) => name.trim()) ?? [],
    metrics: metrics === undefined ? null : parseMetrics(metrics),
    effects: effect === undefined ? {} : { latency: effect },
    durationMs: flags.duration ?? null,
    backends: isInstalled
      ? null
      : addressedSettings({ ...process.env, BENCH_BACKEND: flags.backend ?? BENCH_BACKEND }),
    resultsFolder: runFolder(flags.results),
    follower: null,
  }
}
