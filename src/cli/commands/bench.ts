import { Option } from 'commander'
import { isInstalled } from '../../installed.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import {
  backendOption,
  liveOption,
  option,
  registryOption,
  otlpOption,
  prometheusOption,
  streamOption,
  systemOption,
  traceOptions,
  wholeNumber,
} from '../flags.ts'
import { addSections, type HelpBody } from '../help-sections.ts'
import { addServerFlags, serverVariables } from '../server-flags.ts'
import type { BenchFlags } from '../actions/bench.ts'

/** The repository's scenarios measure the registry; users' measure anything. */
const HELP = isInstalled
  ? {
      description:
        'Runs load scenarios, the Vitest tests in *.load.ts files, and checks their SLOs.',
      names: 'scenarios whose path contains a name; all by default',
      profile: 'short (the default), long or full: which of their durations scenarios last',
      scenarios: 'the folder of *.load.ts files; the current folder by default',
      examples: ['checkout --duration 30s', '--system ./shop.system.ts'],
    }
  : {
      description: 'Runs load scenarios against a real Redis and NATS, and checks their SLOs.',
      names:
        'scenarios whose path contains a name, in folders below bench/, too; without names, the scenarios and micro-benchmarks directly in bench/',
      profile:
        'short (10–20 s per scenario, the default), long (60–300 s), or full (as long, and minutes for each of bench/profiles/)',
      scenarios: 'the folder of *.load.ts and *.bench.ts files; bench/ by default',
      examples: ['mixed --duration 30s', 'core --micro'],
    }

const SERVERS: HelpBody = [
  ['REDIS_URL, NATS_URL', 'servers to measure, instead of starting some'],
  ...serverVariables(['redis', 'nats']),
]

/** Variables of the registry's own scenarios. */
const OF_REGISTRY: HelpBody = [
  ['BENCH_GROWTH_UP_TO', 'the largest n of --micro cost-growth; 1e5 by default'],
  ['BENCH_TELEMETRY_SETS', 'sets of processes of --micro telemetry; 10 by default'],
  [
    'BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE',
    'images for containers; redis:7-alpine and nats:2-alpine by default',
  ],
]

/** `prism-loadtest bench` */
export const bench: Define = (command, end) => {
  command
    .description(HELP.description)
    .argument('[names...]', HELP.names)
    .addOption(systemOption())
    .addOption(backendOption())
    .option('--profile <profile>', HELP.profile)
    .option(
      '--duration <time>',
      'measure each scenario for this long, such as 3s or 2m; 48h at most',
    )
    .option('--scenarios <folder>', HELP.scenarios)
    .option('--results <folder>', 'the folder for result files; results/ by default')
    .option('--junit <file>', 'also write the outcome of scenarios and SLOs as JUnit XML')
    .addOption(liveOption())
    .addOption(streamOption())
    .addOption(otlpOption())
    .addOption(prometheusOption())
    .addOption(registryOption(new Option('--micro', 'closed-loop micro-benchmarks only')))
    .option('--ui', 'show the scenarios in the browser, by @vitest/ui')
    .addOption(
      option(
        '--generators <n>',
        'make the load of one scenario with n processes, and add up their measurements',
        wholeNumber(1, 64),
      ),
    )
    .option(
      '--shard <k/n>',
      "make one shard of one scenario's load, such as 2/5; other runs make the others",
    )
    .option(
      '--start-at <time>',
      'start all shards at that time, such as 2026-01-02T03:04:05Z; by default they wait for each other, by messages over NATS',
    )
    .option(
      '--run <name>',
      'the name by which shards find each other; derived from commit and scenario by default',
    )
    .option('--ready-within <time>', 'how long a shard waits for the others; 5m by default')
    .option(
      '--namespace <name>',
      "what all shards' namespaces begin with; unique to the run by default",
    )
    .action(async (names: readonly string[], flags: BenchFlags) => {
      const { runBench } = await import('../actions/bench.ts')
      end(await runBench(names, flags))
    })
  for (const traceOption of traceOptions()) command.addOption(traceOption)
  addServerFlags(command, ['redis', 'nats'])
  addSections(command, {
    environment: [
      ...(isInstalled ? [] : SERVERS),
      [
        `BENCH_SYSTEM, ${isInstalled ? '' : 'BENCH_BACKEND, '}BENCH_PROFILE, BENCH_DURATION, BENCH_SCENARIOS, BENCH_RESULTS, BENCH_SHARD, BENCH_START_AT, BENCH_RUN, BENCH_READY_WITHIN, BENCH_NAMESPACE, BENCH_TRACES, BENCH_TRACE_ABOVE, BENCH_TRACE_RATIO`,
        'the options above',
      ],
      ['BENCH_DISPATCH', 'how requests are started: auto, clock, timer, hybrid or spin'],
      ['BENCH_STACK', 'if set, unexpected errors are printed with their stacks'],
      ...(isInstalled ? [] : OF_REGISTRY),
      ['GITHUB_STEP_SUMMARY', 'the result is added to that file as Markdown'],
    ],
    exitCodes: {
      0: 'all SLOs and figures are met',
      1: 'an SLO or figure is missed',
      3: 'inconclusive',
    },
    onSignal: 'measurements are kept',
    examples: ['', ...HELP.examples].map((args) => typedCommand('bench', args)),
  })
}
