import { findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { registerConsoleShortcuts } from 'vitest/node'
import { backendSettings } from '../../environment/settings.ts'
import { dispatchSetting } from '../../load/dispatch/technique.ts'
import { InputError } from '../../input-error.ts'
import { typedCommand } from '../../typed-command.ts'
import { RunRecord } from '../../run-file/write/run-record.ts'
import { LoadReporter } from '../../vitest/load-reporter.ts'
import { openVitest } from '../../vitest/open-vitest.ts'
import { PluginReporter } from '../../vitest/plugin-reporter.ts'
import { profileSettings } from '../../vitest/profile.ts'
import { FailureNotice } from '../../vitest/barrier/failure-notice.ts'
import { joinShards } from '../../vitest/barrier/meet.ts'
import {
  checkStart,
  generatorsOf,
  meetingSettings,
  requireSameServers,
  shardSettings,
} from '../../vitest/shard-settings.ts'
import { runGenerators } from '../../vitest/run/run-generators.ts'
import { isInstalled } from '../../installed.ts'
import { EXIT } from '../../exit-code.ts'
import { withFlagNames } from '../flag-names.ts'
import { runFiles } from '../../vitest/run/run-files.ts'
import type { CommandEnd } from '../../process/run-command.ts'
import { runFolder } from '../folders.ts'
import { RunPageWriter } from '../../report/html/write-run-page.ts'
import { followedByMetrics } from '../run-telemetry.ts'
import { requireTracing } from '../../traces/start-tracing.ts'
import { traceSettings } from '../../traces/trace-settings.ts'
import type { TraceFlags } from '../flags.ts'
import { openListeners, withoutNameInLive, type ListenerFlags } from '../run-listeners.ts'
import { RunReports } from '../../report/run-reports.ts'
import {
  projectNames,
  scenarioFiles,
  scenarioFolder,
  type ScenarioKind,
} from '../../vitest/run/scenario-files.ts'

/** The flags as they were typed. */
export interface BenchFlags extends ListenerFlags, TraceFlags {
  readonly system?: string
  readonly backend?: string
  readonly profile?: string
  readonly duration?: string
  readonly scenarios?: string
  readonly results?: string
  readonly junit?: string
  readonly generators?: number
  readonly shard?: string
  readonly startAt?: string
  readonly run?: string
  readonly readyWithin?: string
  readonly namespace?: string
  readonly micro?: true
  readonly ui?: true
}

/**
 * Runs scenarios and micro-benchmarks as the flags and the environment say.
 * @throws InputError, EnvironmentError, ResultsFolderError
 */
export async function runBench(
  typedNames: readonly string[],
  flagValues: BenchFlags,
): Promise<CommandEnd> {
  const [names, values] = withoutNameInLive(typedNames, flagValues)
  // Vitest's worker processes inherit their settings by the environment.
  const settings = {
    system: 'BENCH_SYSTEM',
    backend: 'BENCH_BACKEND',
    profile: 'BENCH_PROFILE',
    duration: 'BENCH_DURATION',
    scenarios: 'BENCH_SCENARIOS',
    shard: 'BENCH_SHARD',
    startAt: 'BENCH_START_AT',
    run: 'BENCH_RUN',
    readyWithin: 'BENCH_READY_WITHIN',
    namespace: 'BENCH_NAMESPACE',
    traces: 'BENCH_TRACES',
    traceAbove: 'BENCH_TRACE_ABOVE',
    traceRatio: 'BENCH_TRACE_RATIO',
  }
  const flags: Record<string, string> = {}
  for (const [name, variable] of Object.entries(settings)) {
    const value = values[name as keyof typeof settings]
    if (value === undefined) continue
    process.env[variable] = String(value)
    flags[variable] = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  }
  const settled = withFlagNames(flags, () => {
    backendSettings(process.env)
    dispatchSetting(process.env)
    // Each of several generators gets its own shard.
    const isOne = values.generators === undefined
    const meeting = isOne ? meetingSettings(process.env) : null
    const shared = isOne && meeting === null ? shardSettings(process.env) : null
    return { ...profileSettings(process.env), meeting, shared, traces: traceSettings(process.env) }
  })
  const { profile, durationMs, meeting, traces } = settled
  if (traces !== null) await requireTracing()
  const isUi = values.ui === true
  if (isUi) checkUi()
  const kinds = kindsFor(names, values.micro === true, isUi)
  const files = scenarioFiles(scenarioFolder(process.env), kinds, names)
  const folder = runFolder(values.results)
  const reports = RunReports.open(values.junit, process.env)
  if (values.generators !== undefined) {
    for (const flag of ['live', 'stream'] as const) {
      if (values[flag] === undefined) continue
      throw new InputError(`--${flag}: follows one run, and --generators starts several.`)
    }
    const [scenario, ...others] = names
    if (scenario === undefined || others.length > 0 || values.micro || values.ui || values.shard) {
      throw new InputError(
        `--generators: name one scenario, such as: ${typedCommand('bench', 'mixed --generators 2')}`,
      )
    }
    const { generators: count, startAt, namespace, readyWithin } = values
    const start = fileURLToPath(new URL('../start.mjs', import.meta.url))
    return followedByMetrics(values, (metrics, onTraces) =>
      runGenerators({
        start,
        scenario,
        count,
        startAt,
        namespace,
        readyWithin,
        folder,
        reports,
        metrics,
        onTraces,
      }),
    )
  }
  let { shared } = settled
  if (shared !== null || meeting !== null) {
    const [scenario, ...others] = names
    if (scenario === undefined || others.length > 0 || values.micro) {
      throw new InputError(
        `--shard: name one scenario, such as: ${typedCommand('bench', 'mixed --shard 2/5')}`,
      )
    }
    withFlagNames(flags, () => requireSameServers(process.env, 'set REDIS_URL and NATS_URL'))
    const say = (text: string) => void process.stdout.write(text)
    const shard = await joinShards(meeting, { scenario, profile, durationMs }, process.env, say)
    shared = shard
    if (shard !== null) withFlagNames(flags, () => checkStart(shard))
  }
  if (isUi && values.stream === '-') {
    throw new InputError('--stream: --ui prints to standard output. Name a file.')
  }
  const followed = await openListeners(values)
  const notice = await FailureNotice.ofShard(shared, process.env)
  let end: CommandEnd = EXIT.broken
  try {
    const openRecord = (): Promise<RunRecord> =>
      RunRecord.open({ folder, profile, generators: generatorsOf(shared) })
    const onRunEnd = ({ exitCode, otherTests }: LoadReporter, record: RunRecord): void => {
      end = exitCode
      const path = record.paths?.json ?? null
      reports.write({ run: record.run, path, exitCode, others: otherTests })
    }
    const { out, needsExact, onTraces } = followed
    const listeners = [...followed.listeners, ...(notice === null ? [] : [notice.listener])]
    // The UI may run scenarios again: each run has a file of its own.
    if (isUi) {
      const reporter = new PluginReporter({
        openRecord,
        onRunEnd,
        listeners,
        needsExact,
        onTraces,
        out,
      })
      const vitest = await openVitest({ project: projectNames(kinds), reporter, ui: true })
      if (process.stdin.isTTY) registerConsoleShortcuts(vitest, process.stdin, process.stdout)
      return (await runFiles(vitest, files, true)) ?? end
    }
    const record = await openRecord()
    const page = await RunPageWriter.open()
    const reporter = new LoadReporter(record, { page, listeners, needsExact, onTraces, out })
    const vitest = await openVitest({ project: projectNames(kinds), reporter })
    const signalCode = await runFiles(vitest, files)
    onRunEnd(reporter, record)
    end = signalCode ?? reporter.exitCode
    return end
  } finally {
    await followed.close(end)
    await notice?.close(end)
  }
}

/** @throws InputError where Vitest's UI is not installed. */
function checkUi(): void {
  try {
    findPackageJSON('@vitest/ui', pathToFileURL(join(process.cwd(), 'vitest.config.ts')))
  } catch {
    throw new InputError('--ui: install the package @vitest/ui in the version of your Vitest.')
  }
}

/**
 * Names choose among scenarios; without names, micro-benchmarks run, too. Those of other projects belong
 * to `vitest bench`.
 * @throws InputError for micro-benchmarks where the package is installed.
 */
function kindsFor(
  names: readonly string[],
  isMicro: boolean,
  isUi: boolean,
): readonly ScenarioKind[] {
  if (isInstalled) {
    if (isMicro) throw new InputError('--micro: run your own benchmarks by npx vitest bench.')
    return ['load']
  }
  if (isMicro) return ['bench']
  return isUi || names.length > 0 ? ['load'] : ['load', 'bench']
}
