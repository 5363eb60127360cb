import { STAGES } from '../../gate/gate-options.ts'
import { METRIC_NAMES } from '../../gate/rounds/metrics-option.ts'
import { OPERATIONS } from '../../gate/operations/operations.ts'
import { isInstalled } from '../../installed.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import { gather, namesOf, option, positiveMs, ratio } from '../flags.ts'
import { addSections, type HelpBody } from '../help-sections.ts'
import type { GateFlags } from '../actions/gate.ts'

const METRICS: HelpBody = [
  METRIC_NAMES.join(', '),
  ['p…', 'service time, from the start of a request'],
  ['response-p…', 'response time, from when the request was due'],
  ['completion-p…', "from then until the last recipient's receipt"],
  ['errors', 'ratio of failed to planned requests'],
  ['delivery', 'ratio of missing to expected receipts'],
  ['shortfall', 'ratio of planned requests that did not start in time'],
  'The validity of measurements is always judged.',
]

const STAGE_HELP: HelpBody = [
  'They run in this order; after a regression found by counts, pairs or drift, rounds are skipped.',
  ['counts', 'calls to Redis and messages of NATS per operation: exact; about 20 s'],
  [
    'pairs',
    'latency, CPU time and allocation per operation: one process calls both versions in turns; five or ten fresh processes each; 3 to 6 min',
  ],
  ['drift', 'whether an operation gets slower with time; 2 min, more to confirm'],
  [
    'rounds',
    'open-loop scenarios, one run of each version per round: errors, delivery, shortfall, validity, and service times under load; takes the rest of the budget',
  ],
  'Versions with equal subject, packages and Node pass without being measured.',
]

/** Elsewhere there is no registry to call. */
const DEFAULT_STAGES = isInstalled ? 'rounds' : STAGES.join(',')
const DEFAULT_SCENARIOS = isInstalled ? undefined : 'register,enumerate,multicast,mixed'

/** `prism-loadtest gate` */
export const gate: Define = (command, end) => {
  command
    .description(
      'Finds out whether a change made the registry slower: measures two versions of src/registry in turns, on the same servers and with the harness of this checkout.',
    )
    .option('--base <ref>', 'baseline: a branch, tag or commit; required')
    .option('--head <ref>', 'candidate: a branch, tag or commit; the working tree by default')
    .option(
      '--subject <path>',
      `file or folder of the project to compare; may be repeated${isInstalled ? '' : '; src/registry by default'}`,
      gather,
    )
    .addOption(
      option('--stages <names>', 'the evidence to collect', namesOf(STAGES), DEFAULT_STAGES),
    )
    .addOption(
      option(
        '--operations <names>',
        'called by counts, pairs and drift',
        namesOf(OPERATIONS),
        OPERATIONS.join(','),
      ),
    )
    .option('--measure-equal', 'measure equal versions, too: A against A')
    .addOption(
      option(
        '--budget <time>',
        'total time; rounds use the time left by other stages, and may overrun by less than one round',
        positiveMs(),
        '20m',
      ),
    )
    .option(
      '--scenarios <names>',
      isInstalled ? 'of rounds; all by default' : 'of rounds',
      DEFAULT_SCENARIOS,
    )
    .option('--metrics <names>', 'of rounds, see below; by default those that only a load shows')
    .addOption(
      option(
        '--effect <ratio>',
        'of rounds: the smallest change of a time that counts; by default 25% after pairs, 5% without pairs or with --metrics',
        ratio,
      ),
    )
    .addOption(
      option(
        '--duration <time>',
        "of each scenario's measurement in a round; by default the longest of 2s to 8s that allows 17 rounds",
        positiveMs(),
      ),
    )
    .option(
      '--backend <kind>',
      'containers, programs, memory or external; the first available by default',
    )
    .option('--markdown <file>', 'write the result as Markdown, for a comment')
    .option('--json <file>', 'write the result as JSON')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--results <folder>', 'the folder for the run files; results/ by default')
    .action(async (flags: GateFlags) => {
      const { runGateCommand } = await import('../actions/gate.ts')
      end(await runGateCommand(flags))
    })
  addSections(command, {
    sections: [
      ['Stages', STAGE_HELP],
      ['Metrics of rounds', METRICS],
    ],
    environment: [
      [
        'REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SCENARIOS, BENCH_RESULTS',
        `as for ${typedCommand('bench')}`,
      ],
      ['GITHUB_STEP_SUMMARY', 'the result is added to that file as Markdown'],
    ],
    exitCodes: {
      0: 'pass or improvement',
      1: 'a regression',
      3: 'inconclusive',
      4: 'not comparable',
    },
    onSignal: 'undecided metrics are inconclusive',
    examples: [
      typedCommand('gate', '--base origin/main'),
      typedCommand('gate', '--base origin/main --stages counts,pairs'),
    ],
  })
}
