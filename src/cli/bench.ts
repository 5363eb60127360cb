import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { createVitest, registerConsoleShortcuts } from 'vitest/node'
import { backendSettings } from '../environment/settings.ts'
import { dispatchSetting } from '../load/dispatch/dispatch-option.ts'
import { InputError } from '../input-error.ts'
import { EXIT } from '../run-file/outcome.ts'
import { RunRecord } from '../run-file/write/run-record.ts'
import type { Generators } from '../run-file/run-file.ts'
import { LoadReporter } from '../vitest/load-reporter.ts'
import { profileSettings } from '../vitest/profile.ts'
import { RUNNING_SYSTEM } from '../vitest/start-system.ts'
import { checkStartAhead, shardSettings, type ShardSettings } from '../vitest/shard-settings.ts'
import { benchGenerators } from './bench-generators.ts'
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

const HELP = `Runs load scenarios against a real Redis and NATS, and says whether their SLOs hold.

  npm run bench                  the scenarios and micro-benchmarks directly in bench/
  npm run bench -- <name> …      the scenarios with a name in their path, in folders below it too
  npm run bench:micro [-- …]     closed-loop micro-benchmarks only; -- core: the registry's figures
  npm run bench:ui [-- …]        scenarios in the browser, by @vitest/ui

Options, after --
  --backend <kind>      containers, programs, memory or external; the first that there is by default
  --profile <profile>   short (10 s to 20 s a scenario, the default), seed (60 s to 300 s), or full
                        (seed, and minutes for each of bench/profiles/)
  --duration <time>     measure each scenario for so long, such as 3s or 2m; 48h at most
  --scenarios <folder>  where *.load.ts and *.bench.ts files are; bench/ by default
  --results <folder>    where the result files go; results/ by default
  --junit <file>        write how scenarios and their SLOs did as JUnit XML, besides the run file
  --generators <n>      make the load of one scenario by n processes, and add up what they measured
  --shard <k/n>         make only one share of one scenario's load, as 2/5; other runs make the others
  --start-at <time>     when all shares start, such as 2026-01-02T03:04:05Z; 20 s ahead for --generators
  --namespace <name>    what all shares' namespaces begin with; made of the start by default
  -h, --help            this text

Environment
  REDIS_URL, NATS_URL                     servers to measure, instead of starting some
  BENCH_BACKEND, BENCH_PROFILE,
  BENCH_DURATION, BENCH_SCENARIOS,
  BENCH_RESULTS, BENCH_SHARD,
  BENCH_START_AT, BENCH_NAMESPACE         the options above
  BENCH_DISPATCH                          how requests are started: auto, clock, timer, hybrid or spin
  BENCH_STACK                             if set, unexpected errors are printed with their stacks
  BENCH_GROWTH_UP_TO                      the largest n of bench:micro -- cost-growth; 1e5
  BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE     images for containers; redis:7-alpine, nats:2-alpine
  GITHUB_STEP_SUMMARY                     the result is added to that file as Markdown

Exit code
  0 every SLO and figure is met   1 one is missed   2 something is broken   3 inconclusive
  129, 130, 143 ended by a closed terminal, Ctrl-C or SIGTERM; what was measured is kept

Example
  npm run bench -- mixed --duration 30s
`

/** Where vitest.config.ts is. */
const PROJECT = resolve(import.meta.dirname, '../..')

const OPTIONS = {
  backend: { type: 'string' },
  profile: { type: 'string' },
  duration: { type: 'string' },
  scenarios: { type: 'string' },
  results: { type: 'string' },
  junit: { type: 'string' },
  generators: { type: 'string' },
  shard: { type: 'string' },
  'start-at': { type: 'string' },
  namespace: { type: 'string' },
  micro: { type: 'boolean' },
  ui: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

/** The command line of `npm run bench`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  const { values, positionals: names } = parseArguments(args)
  if (values.help === true) {
    process.stdout.write(HELP)
    return EXIT.good
  }
  // The tests' own processes read their settings from the environment, which they inherit.
  const settings = {
    backend: 'BENCH_BACKEND',
    profile: 'BENCH_PROFILE',
    duration: 'BENCH_DURATION',
    scenarios: 'BENCH_SCENARIOS',
    shard: 'BENCH_SHARD',
    'start-at': 'BENCH_START_AT',
    namespace: 'BENCH_NAMESPACE',
  }
  const flags: Record<string, string> = {}
  for (const [option, variable] of Object.entries(settings)) {
    const value = values[option as keyof typeof settings]
    if (value === undefined) continue
    process.env[variable] = value
    flags[variable] = `--${option}`
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
        '--generators: name one scenario, such as: npm run bench -- mixed --generators 2',
      )
    }
    const count = generatorCount(values.generators)
    const { 'start-at': startAt, namespace } = values
    return benchGenerators({ scenario, count, startAt, namespace, folder, reports })
  }
  if (shared !== null) {
    withFlagNames(flags, () => checkShared(shared, names, values.micro === true))
  }
  const record = await RunRecord.open({ folder, profile, generators: generatorsOf(shared) })

  const reporter = new LoadReporter(record)
  const vitest = await createVitest({
    root: PROJECT,
    watch: isUi,
    // Node reads the configuration as it is; bundling it would write into the project's folder.
    configLoader: 'native',
    ui: isUi,
    open: false,
    project: projectNames(kinds),
    reporters: isUi ? ['default', reporter] : [reporter],
  })
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
      '--shard: name one scenario, such as: npm run bench -- mixed --shard 2/5 …',
    )
  }
  const { REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SYSTEM } = process.env
  const isExternal = (BENCH_BACKEND || 'external') === 'external' && REDIS_URL && NATS_URL
  if (!isExternal && !BENCH_SYSTEM && !process.env[RUNNING_SYSTEM]) {
    throw new InputError(
      '--shard: all shares have to use the same servers: set REDIS_URL and NATS_URL.',
    )
  }
  checkStartAhead(shared.startAtMs, Date.now(), MIN_LEAD_MS)
}

function generatorCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count
  throw new InputError(`--generators: "${text}" must be a whole number from 1 to 64.`)
}

function generatorsOf(shared: ShardSettings | null): Generators {
  if (shared === null) return { kind: 'one' }
  const { share, startAtMs, namespace } = shared
  const startAt = new Date(startAtMs).toISOString()
  return { kind: 'shard', shard: share.index + 1, of: share.of, startAt, namespace }
}

function parseArguments(args: readonly string[]): {
  values: {
    [option in keyof typeof OPTIONS]?: (typeof OPTIONS)[option]['type'] extends 'boolean'
      ? boolean
      : string
  }
  positionals: string[]
} {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    // Node goes on to advise on positional arguments; nobody here wants one that begins with a dash.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new InputError(`${reason}. See npm run bench -- --help.`)
  }
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
