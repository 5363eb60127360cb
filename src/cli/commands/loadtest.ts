import type { Command } from 'commander'
import { ARRIVALS_FORMS } from '../../load/arrivals/parse-arrivals.ts'
import { SLO_FORMS } from '../../load/slo/parse-slo.ts'
import type { WorkloadKind } from '../loadtest/parameters.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define, OnEnd } from '../command-line.ts'
import {
  gather,
  liveOption,
  otlpOption,
  prometheusOption,
  streamOption,
  traceOptions,
} from '../flags.ts'
import { addSections, type HelpBody } from '../help-sections.ts'
import { addServerFlags, serverVariables } from '../server-flags.ts'
import { readFlags, type LoadTestFlags } from '../loadtest/read-flags.ts'

/** What users read of each workload. */
const WORKLOADS: Readonly<Record<WorkloadKind, { does: string; example: string }>> = {
  register: {
    does: 'Each request registers an identity: loadtest-user-0, loadtest-user-1, …',
    example: "-r 100 -d 10s --ttl 600 --slo 'p95<10ms'",
  },
  enumerate: {
    does: 'Each request lists the registered identities.',
    example: '-r 100 -d 60s --filter --status online',
  },
  multicast: {
    does: 'Each request sends a message to the registered identities.',
    example: "-r 50 -d 60s --with-subscribers --slo 'delivery>98%'",
  },
  mixed: {
    does: 'Each request registers, enumerates or multicasts, drawn by percentage.',
    example: '-r 100 -d 120s --register-pct 80 --enumerate-pct 15 --multicast-pct 5',
  },
}

export const register: Define = (command, end) => define(command, 'register', end)
export const enumerate: Define = (command, end) => define(command, 'enumerate', end)
export const multicast: Define = (command, end) => define(command, 'multicast', end)
export const mixed: Define = (command, end) => define(command, 'mixed', end)

function define(command: Command, kind: WorkloadKind, end: OnEnd): void {
  const { does, example } = WORKLOADS[kind]
  command.description(
    `${does} Requests start when they are due, whatever happens to earlier ones, and response times count from then. A multicast is delivered once a subscriber has confirmed it.`,
  )
  const [registers, lists, sends] = [
    kind === 'register' || kind === 'mixed',
    kind !== 'register',
    kind === 'multicast' || kind === 'mixed',
  ]

  command
    .optionsGroup('Load:')
    .option('-r, --rate <n>', 'requests per second; 100 by default')
    .option(
      '-d, --duration <time>',
      'measure for this long, such as 250ms, 10s or 2m; 48h at most; 60s by default',
    )
    .option('--warm-up <time>', 'warm up for this long before the measurement; 0s by default')
    .option('--arrivals <form>', 'when requests are due, see below; constant by default')
    .option('--seed <n>', 'random seed; 1 by default')
    .option(
      '--timeout <time>',
      'a request without an answer times out after this; 5s by default, 35m at most',
    )
    .option(
      '--max-in-flight <n>',
      'requests due while this many are in flight are dropped; 10000 by default',
    )

  command.optionsGroup('What a request does:')
  if (registers) {
    command.option(
      '--ttl <seconds>',
      'how long a registration lasts, at least 0.001; 0 never expires; 300 by default',
    )
  }
  if (lists) {
    command
      .option('--filter', 'only identities with one status, see --status')
      .option('--status <status>', 'the status to filter by; implies --filter; online by default')
  }
  if (sends) {
    command
      .option('--payload <text>', 'the message; "load test" by default')
      .option(
        '--with-subscribers',
        'host all identities within this load test, and count their receipts',
      )
  }
  if (kind === 'mixed') {
    command
      .option('--register-pct <n>', 'percentage of registers; 50 by default')
      .option('--enumerate-pct <n>', 'percentage of enumerates; 30 by default')
      .option(
        '--multicast-pct <n>',
        'percentage of multicasts; 20 by default; the three sum to 100',
      )
  }
  command.option(
    '--namespace <name>',
    'Redis keys are <name>:<identity> and remain after the run; loadtest by default',
  )

  command
    .optionsGroup('Servers (by default, found or started):')
    .option(
      '--redis-addr <addresses>',
      'host:port or redis://…, nodes of a cluster separated by commas; localhost:6379 by default',
    )
    .option(
      '--redis-password <password>',
      'shows up in process lists; better: --redis-password-file',
    )
    .option('--redis-db <n>', 'database number; 0 by default')
    .option('--nats-servers <addresses>', 'separated by commas; nats://localhost:4222 by default')
    .option(
      '--backend <kind>',
      'containers, programs, cluster, memory or external; by default the first available, but no cluster',
    )

  addServerFlags(command, ['redis', 'nats'])
  command
    .optionsGroup('Results:')
    .option(
      '--slo <bound>',
      "a bound to hold, such as 'p95<10ms', see below; may be repeated",
      gather,
    )
    .option(
      '--allow-failures',
      'drop the bound success>99%, the default if no --slo bounds success',
    )
  if (sends) {
    command.option(
      '--allow-undelivered',
      'drop the bound delivery>99%, the default if no --slo bounds delivery',
    )
  }
  command
    .option('--report-interval <time>', 'time between progress lines, at least 1s; 5s by default')
    .option('-v, --verbose', 'at the end, list each kind of failure with its count and a sample')
    .option('--out <folder>', 'the folder for result files; results/ by default')
    .option('--json', 'print the run file to standard output, everything else to standard error')
    .addOption(liveOption())
    .addOption(streamOption())
    .addOption(otlpOption())
    .addOption(prometheusOption())
  for (const traceOption of traceOptions()) command.addOption(traceOption)

  command
    .optionsGroup('One load from several machines:')
    .option(
      '--shard <k/n>',
      'generate one shard of the load, such as 2/5; other runs generate the others',
    )
    .option(
      '--start-at <time>',
      'start all shards at that time, such as 2026-01-02T03:04:05Z; by default they wait for each other, by messages over NATS',
    )
    .option(
      '--run <name>',
      'the name by which shards find each other; derived from commit and workload by default',
    )
    .option('--ready-within <time>', 'how long a shard waits for the others; 5m by default')

  command
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'show this help')
    .action(async (flags: LoadTestFlags) => {
      const asked = readFlags(kind, flags, process.env)
      // Vitest takes half a second to load.
      const { runLoadTest } = await import('../loadtest/run-load-test.ts')
      end(await runLoadTest(asked))
    })
  addSections(command, {
    sections: [
      ['Arrivals', termsOf(ARRIVALS_FORMS)],
      ['SLO', termsOf(SLO_FORMS)],
    ],
    environment: [
      [
        'REDIS_URL, NATS_URL',
        'servers to measure; started if neither these nor addresses are given',
      ],
      ...serverVariables(['redis', 'nats']),
      ['BENCH_BACKEND, BENCH_RESULTS', '--backend and --out'],
      ['BENCH_DISPATCH', `as for ${typedCommand('bench')}`],
      [
        'BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE',
        'images for containers; redis:7-alpine and nats:2-alpine by default',
      ],
    ],
    exitCodes: { 0: 'all SLOs are met', 1: 'an SLO is missed', 3: 'inconclusive' },
    onSignal: 'measurements are kept',
    examples: [typedCommand(kind, example)],
  })
}

/** Lines of a form, spaces and its meaning. */
function termsOf(lines: string): HelpBody {
  return lines.split('\n').map((line) => {
    const [, form = line, meaning = ''] = /^(.+?) {2,}(.+)$/.exec(line) ?? []
    return [form, meaning]
  })
}
