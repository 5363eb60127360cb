import type { Command } from 'commander'
import { ARRIVALS_FORMS } from '../load/arrivals/parse-arrivals.ts'
import { SLO_FORMS } from '../load/slo/parse-slo.ts'
import type { WorkloadKind } from './loadtest/parameters.ts'
import { EXIT } from '../run-file/outcome.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { readFlags, type LoadTestFlags } from './loadtest-flags.ts'
import { addResults, RESULTS_DESCRIPTION } from './results-command.ts'
import { addSubscribe } from './subscribe-command.ts'
import type { CommandEnd } from './run-command.ts'

const DESCRIPTION =
  'Loads a multicast registry over Redis and NATS, and says how it did. Requests start when they are due, whatever becomes of earlier ones, and response times are counted from then. A multicast is delivered when a subscriber has confirmed it.'

const AFTER = `
Environment
  REDIS_URL, NATS_URL    servers to measure; without them, and without addresses, servers are started
  BENCH_BACKEND, BENCH_RESULTS, BENCH_DISPATCH    as for npm run bench

Exit code
  0 good   1 an SLO is missed   2 something is broken   3 inconclusive
  129, 130, 143 ended by a closed terminal, Ctrl-C or SIGTERM; what was measured is kept

Examples
  prism-loadtest mixed -r 100 -d 10s --with-subscribers
  prism-loadtest register -r 200 -d 60s --redis-addr localhost:6379 --slo 'p95<10ms'

prism-loadtest <command> --help has the options of each.
`

/** The command line of `prism-loadtest`. */
export async function run(args: readonly string[]): Promise<CommandEnd> {
  let exitCode: CommandEnd = EXIT.good
  const program = commandLine('prism-loadtest', DESCRIPTION).addHelpText('after', AFTER)
  for (const kind of Object.keys(WORKLOADS) as WorkloadKind[]) {
    addWorkload(program, kind, async (flags) => {
      const asked = readFlags(kind, flags, process.env)
      // Vitest takes half a second to load, which subscribe's health check has no need of.
      const { runLoadTest } = await import('./loadtest-run.ts')
      exitCode = await runLoadTest(asked)
    })
  }
  addSubscribe(program)
  addResults(program.command('results').description(RESULTS_DESCRIPTION), (code) => {
    exitCode = code
  })
  await runCommandLine(program, args)
  return exitCode
}

/** What users read of each workload. */
const WORKLOADS: Readonly<Record<WorkloadKind, { does: string; example: string }>> = {
  register: {
    does: 'each request registers an identity: loadtest-user-0, loadtest-user-1, …',
    example: "prism-loadtest register -r 100 -d 10s --ttl 600 --slo 'p95<10ms'",
  },
  enumerate: {
    does: 'each request lists the identities that are registered',
    example: 'prism-loadtest enumerate -r 100 -d 60s --filter --status online',
  },
  multicast: {
    does: 'each request sends a message to the identities that are registered',
    example: "prism-loadtest multicast -r 50 -d 60s --with-subscribers --slo 'delivery>98%'",
  },
  mixed: {
    does: 'each request is one of the three, drawn by their percentages',
    example:
      'prism-loadtest mixed -r 100 -d 120s --register-pct 80 --enumerate-pct 15 --multicast-pct 5',
  },
}

function addWorkload(
  program: Command,
  kind: WorkloadKind,
  action: (flags: LoadTestFlags) => Promise<void>,
): void {
  const { does, example } = WORKLOADS[kind]
  const command = program.command(kind).description(does)
  const [registers, lists, sends] = [
    kind === 'register' || kind === 'mixed',
    kind !== 'register',
    kind === 'multicast' || kind === 'mixed',
  ]

  command
    .optionsGroup('Load')
    .option('-r, --rate <n>', 'requests per second; 100 by default')
    .option(
      '-d, --duration <time>',
      'how long, such as 250ms, 10s or 2m, at most 48h; 60s by default',
    )
    .option(
      '--warm-up <time>',
      'send for so long first, and leave it out of the figures; 0s by default',
    )
    .option('--arrivals <form>', 'when requests are due, see below; constant by default')
    .option('--seed <n>', 'of what is drawn at random; 1 by default')
    .option(
      '--timeout <time>',
      'a request without an answer has timed out; 5s by default, 35m at most',
    )
    .option(
      '--max-in-flight <n>',
      'requests due while so many are under way are dropped; 10000 by default',
    )

  command.optionsGroup('What a request does')
  if (registers) {
    command.option(
      '--ttl <seconds>',
      'how long a registration lasts, at least 0.001; 0 never expires; 300 by default',
    )
  }
  if (lists) {
    command
      .option('--filter', 'only identities of the status that --status names')
      .option('--status <status>', 'implies --filter; online by default')
  }
  if (sends) {
    command
      .option('--payload <text>', 'what is sent; "load test" by default')
      .option(
        '--with-subscribers',
        'host all identities within this load test, and count what they receive',
      )
  }
  if (kind === 'mixed') {
    command
      .option('--register-pct <n>', 'percentage of registrations; 50 by default')
      .option('--enumerate-pct <n>', 'of enumerates; 30 by default')
      .option('--multicast-pct <n>', 'of multicasts; 20 by default. They sum to 100')
  }
  command.option(
    '--namespace <name>',
    'Redis keys are <name>:<identity>; it is left as it is at the end; loadtest by default',
  )

  command
    .optionsGroup('Servers; without any of these, as npm run bench finds or starts them')
    .option('--redis-addr <address>', 'host:port or redis://…; localhost:6379 by default')
    .option(
      '--redis-password <password>',
      'REDIS_URL=redis://:password@host:6379 keeps it out of the list of processes',
    )
    .option('--redis-db <n>', 'number of the database; 0 by default')
    .option('--nats-servers <addresses>', 'separated by commas; nats://localhost:4222 by default')
    .option(
      '--backend <kind>',
      'containers, programs, memory or external; the first that there is by default',
    )

  command
    .optionsGroup('Results')
    .option(
      '--slo <bound>',
      "what has to hold, such as 'p95<10ms', see below; may be given again",
      gather,
    )
    .option('--allow-failures', 'without it, success>99% has to hold if no --slo bounds success')
  if (sends) {
    command.option(
      '--allow-undelivered',
      'without it, delivery>99% has to hold if no --slo bounds delivery',
    )
  }
  command
    .option('--report-interval <time>', 'time between two lines, at least 1s; 5s by default')
    .option('-v, --verbose', 'each kind of failure at the end, with its count and a sample')
    .option('--out <folder>', 'where the result files go; results/ by default')
    .option('--json', 'the run file on standard output, and everything else on standard error')

  command
    .optionsGroup('One load of several machines')
    .option(
      '--shard <k/n>',
      'make only one share of the load, such as 2/5; other runs make the others',
    )
    .option('--start-at <time>', 'when all shares start, such as 2026-01-02T03:04:05Z')

  command
    .optionsGroup('Help')
    .helpOption('-h, --help', 'this text')
    .addHelpText(
      'after',
      `\nArrivals\n${indented(ARRIVALS_FORMS)}\n\nSLO\n${indented(SLO_FORMS)}\n\nExample\n  ${example}\n`,
    )
    .action(() => action(command.opts<LoadTestFlags>()))
}

function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function indented(lines: string): string {
  return lines.replaceAll(/^/gm, '  ')
}
