import { registerConsoleShortcuts } from 'vitest/node'
import { backendSettings } from '../environment/settings.ts'
import { dispatchSetting } from '../load/dispatch/technique.ts'
import { InputError } from '../input-error.ts'
import { typedCommand } from '../typed-command.ts'
import { RunRecord } from '../run-file/write/run-record.ts'
import type { Generators } from '../run-file/run-file.ts'
import { LoadReporter } from '../vitest/load-reporter.ts'
import { openVitest } from '../vitest/open-vitest.ts'
import { profileSettings } from '../vitest/profile.ts'
import { RUNNING_SYSTEM } from '../vitest/start-system.ts'
import { checkStartAhead, shardSettings, type ShardSettings } from '../vitest/shard-settings.ts'
import { benchGenerators } from './bench-generators.ts'
import type { BenchFlags } from './bench.ts'
import { withFlagNames } from './flag-names.ts'
import { endOnSignals } from './end-on-signals.ts'
import type { CommandEnd } from './run-command.ts'
import { runFolder } from './run-folder.ts'
import { RunReports } from './run-reports.ts'
import {
  projectNames,
  scenarioFiles,
  scenarioFolder,
  specificationsOf,
  type ScenarioKind,
} from './scenario-files.ts'

/**
 * Runs scenarios and micro-benchmarks as the flags and the environment say.
 * @throws InputError, EnvironmentError, ResultsFolderError
 */
export async function runBench(names: readonly string[], values: BenchFlags): Promise<CommandEnd> {
  // The tests' own processes read their settings from the environment, which they inherit.
  const settings = {
    backend: 'BENCH_BACKEND',
    profile: 'BENCH_PROFILE',
    duration: 'BENCH_DURATION',
    scenarios: 'BENCH_SCENARIOS',
    shard: 'BENCH_SHARD',
    startAt: 'BENCH_START_AT',
    namespace: 'BENCH_NAMESPACE',
  }
  const flags: Record<string, string> = {}
  for (const [name, variable] of Object.entries(settings)) {
    const value = values[name as keyof typeof settings]
    if (value === undefined) continue
    process.env[variable] = value
    flags[variable] = name === 'startAt' ? '--start-at' : `--${name}`
  }
  const { profile, shared } = withFlagNames(flags, () => {
    backendSettings(process.env)
    dispatchSetting(process.env)
    // Of several generators, each is given its own share.
    const isShare = values.generators === undefined
    return {
      ...profileSettings(process.env),
      shared: isShare ? shardSettings(process.env) : null,
    }
  })
  const isUi = values.ui === true
  const kinds = kindsFor(names, values.micro === true, isUi)
  const files = scenarioFiles(scenarioFolder(process.env), kinds, names)
  const folder = runFolder(values.results)
  const reports = RunReports.open(values.junit, process.env)
  if (values.generators !== undefined) {
    const [scenario, ...others] = names
    if (scenario === undefined || others.length > 0 || values.micro || values.ui || values.shard) {
      throw new InputError(
        `--generators: name one scenario, such as: ${typedCommand('bench', 'mixed --generators 2')}`,
      )
    }
    const { generators: count, startAt, namespace } = values
    return benchGenerators({ scenario, count, startAt, namespace, folder, reports })
  }
  if (shared !== null) {
    withFlagNames(flags, () => checkShared(shared, names, values.micro === true))
  }
  const record = await RunRecord.open({ folder, profile, generators: generatorsOf(shared) })

  const reporter = new LoadReporter(record)
  const vitest = await openVitest({ project: projectNames(kinds), reporter, ui: isUi })
  const interruption = endOnSignals(vitest, isUi)
  if (isUi && process.stdin.isTTY) registerConsoleShortcuts(vitest, process.stdin, process.stdout)
  try {
    await vitest.standalone()
    await vitest.runTestSpecifications([...specificationsOf(vitest, files)], true)
    if (isUi) await new Promise<void>((resolveClosed) => vitest.onClose(resolveClosed))
  } finally {
    await vitest.close()
  }
  const { exitCode, otherTests } = reporter
  reports.write({ run: record.run, path: record.paths?.json ?? null, exitCode, others: otherTests })
  return interruption.exitCode ?? exitCode
}

/** What a run needs before it starts: Vitest, connections, and the scenario's own preparation. */
const MIN_LEAD_MS = 3_000

/**
 * Checks that a share can be made at all.
 * @throws InputError
 */
function checkShared(shared: ShardSettings, names: readonly string[], isMicro: boolean): void {
  if (names.length !== 1 || isMicro) {
    throw new InputError(
      `--shard: name one scenario, such as: ${typedCommand('bench', 'mixed --shard 2/5 …')}`,
    )
  }
  const { REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SYSTEM } = process.env
  const isExternal = (BENCH_BACKEND || 'external') === 'external' && REDIS_URL && NATS_URL
  const isOther = BENCH_SYSTEM || process.env[RUNNING_SYSTEM]
  if (!isExternal && !isOther) {
    throw new InputError(
      '--shard: all shares have to use the same servers: set REDIS_URL and NATS_URL.',
    )
  }
  checkStartAhead(shared.startAtMs, Date.now(), MIN_LEAD_MS)
}

function generatorsOf(shared: ShardSettings | null): Generators {
  if (shared === null) return { kind: 'one' }
  const { share, startAtMs, namespace } = shared
  const startAt = new Date(startAtMs).toISOString()
  return { kind: 'shard', shard: share.index + 1, of: share.of, startAt, namespace }
}

/** A name chooses among scenarios; everything else is measured when nothing is named. */
function kindsFor(
  names: readonly string[],
  isMicro: boolean,
  isUi: boolean,
): readonly ScenarioKind[] {
  if (isMicro) return ['bench']
  return isUi || names.length > 0 ? ['load'] : ['load', 'bench']
}
