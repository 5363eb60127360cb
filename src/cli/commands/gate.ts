import { STAGES } from '../../gate/gate-options.ts'
import { METRIC_NAMES } from '../../gate/rounds/metrics-option.ts'
import { OPERATIONS } from '../../gate/operations/operations.ts'
import { isInstalled } from '../../installed.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import {
  backendOption,
  gather,
  namesOf,
  option,
  otlpOption,
  positiveMs,
  prometheusOption,
  ratio,
  registryOption,
} from '../flags.ts'
import { addSections, type HelpBody } from '../help-sections.ts'
import { addServerFlags } from '../server-flags.ts'
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

const ROUNDS =
  'open-loop scenarios, one run of each version per round: errors, delivery, shortfall, validity, and service times under load; takes the rest of the budget'

const EQUAL = 'Versions with equal subject, packages and Node pass without being measured.'

/** The other stages call the registry, which only the repository has. */
const HELP: {
  readonly description: string
  readonly subject: string
  readonly stages: string
  readonly stageHelp: HelpBody
  readonly scenarios: readonly [description: string, byDefault?: string]
  readonly flags: string
} = isInstalled
  ? {
      description:
        'Finds out whether a change made scenarios slower: measures two versions of the subject in turns, with the scenarios of the working tree.',
      subject: '',
      stages: 'rounds',
      stageHelp: [['rounds', ROUNDS], EQUAL],
      scenarios: ['of rounds; all by default'],
      flags: '--subject src',
    }
  : {
      description:
        'Finds out whether a change made the registry slower: measures two versions of src/registry in turns, on the same servers and with the harness of this checkout.',
      subject: '; src/registry by default',
      stages: STAGES.join(','),
      stageHelp: [
        'They run in this order; after a regression found by counts, pairs or drift, rounds are skipped.',
        ['counts', 'calls to Redis and messages of NATS per operation: exact; about 20 s'],
        [
          'pairs',
          'latency, CPU time and allocation per operation: one process calls both versions in turns; five or ten fresh processes each; 3 to 6 min',
        ],
        ['drift', 'whether an operation gets slower with time; 2 min, more to confirm'],
        ['rounds', ROUNDS],
        EQUAL,
      ],
      scenarios: ['of rounds', 'register,enumerate,multicast,mixed'],
      flags: '--stages counts,pairs',
    }

/** `prism-loadtest gate` */
export const gate: Define = (command, end) => {
  command
    .description(HELP.description)
    .option('--base <ref>', 'baseline: a branch, tag or commit; required')
    .option('--head <ref>', 'candidate: a branch, tag or commit; the working tree by default')
    .option(
      '--subject <path>',
      `file or folder of the project to compare; may be repeated${HELP.subject}`,
      gather,
    )
    .addOption(option('--stages <names>', 'the evidence to collect', namesOf(STAGES), HELP.stages))
    .addOption(
      registryOption(
        option(
          '--operations <names>',
          'called by counts, pairs and drift',
          namesOf(OPERATIONS),
          OPERATIONS.join(','),
        ),
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
    .option('--scenarios <names>', ...HELP.scenarios)
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
    .addOption(backendOption())
    .option('--markdown <file>', 'write the result as Markdown, for a comment')
    .option('--json <file>', 'write the result as JSON')
    .option(
      '--html <file>',
      'write the report as a page with charts, like gate.html beside the run files',
    )
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--results <folder>', 'the folder for the run files; results/ by default')
    .addOption(otlpOption())
    .addOption(prometheusOption())
    .action(async (flags: GateFlags) => {
      const { runGateCommand } = await import('../actions/gate.ts')
      end(await runGateCommand(flags))
    })
  addServerFlags(command, ['redis', 'nats'])
  addSections(command, {
    sections: [
      ['Stages', HELP.stageHelp],
      ['Metrics of rounds', METRICS],
    ],
    environment: [
      [
        isInstalled
          ? 'BENCH_SYSTEM, BENCH_SCENARIOS, BENCH_RESULTS'
          : 'REDIS_URL, NATS_URL, BENCH_BACKEND, BENCH_SCENARIOS, BENCH_RESULTS',
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
      ...(isInstalled ? [] : [typedCommand('gate', '--base origin/main')]),
      typedCommand('gate', `--base origin/main ${HELP.flags}`),
    ],
  })
}
