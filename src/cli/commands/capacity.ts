import { isInstalled } from '../../installed.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import {
  backendOption,
  option,
  otlpOption,
  positiveMs,
  prometheusOption,
  ratio,
  systemOption,
  wholeNumber,
} from '../flags.ts'
import { addSections } from '../help-sections.ts'
import { addServerFlags } from '../server-flags.ts'
import { MAX_RATE } from '../../load/capacity.ts'
import type { CapacityFlags } from '../actions/capacity.ts'

const HOW = [
  'Each probe runs the whole scenario, preparation included, in a namespace of its own, with a constant rate in place of its own arrivals. A rate passes if a valid measurement meets every bound of the SLO. The rate is doubled until it fails (or halved until it passes), the interval between is bisected, and each of its ends is run again; if two runs disagree, a third decides. A probe that the generator disturbed, because it was late or held up, decides nothing and is repeated.',
  'The answer is a bracket: the highest rate that passed and the lowest that failed, and what saturated there. If the system did, its capacity is between the two. If the generator did, in six runs or more, the capacity is at least the rate that passed.',
  'A probe has at least 100 requests, and as many as the SLO needs: 10 beyond each percentile (1,000 for a P99), 300 for a success rate above 99 %. At low rates it lasts longer, up to ten times --duration; rates that would take longer are not tried.',
  "Throughput bounds are written for the scenario's own rate and are scaled with the rate: at least 150 of 200 requests/s becomes at least 300 of 400.",
  'If requests add data as they go, those of longer probes do more work: the capacity holds for that duration.',
]

/** `prism-loadtest capacity` */
export const capacity: Define = (command, end) => {
  command
    .description('Searches for the highest rate at which a scenario meets its SLO.')
    .argument('<name>', 'the scenario whose file has the name, such as register or mixed')
    .addOption(
      option(
        '--from <rate>',
        'first rate, in requests/s',
        wholeNumber(1, MAX_RATE, 'requests/s'),
        '100',
      ),
    )
    .addOption(
      option(
        '--duration <time>',
        'measure each probe for at least this long, after warm-up',
        positiveMs(),
        '10s',
      ),
    )
    .addOption(
      option('--precision <ratio>', 'width of the bracket relative to its lower end', ratio, '5%'),
    )
    .addOption(systemOption())
    .addOption(backendOption())
    .option(
      '--scenarios <folder>',
      `the folder of *.load.ts files; ${isInstalled ? 'the current folder' : 'bench/'} by default`,
    )
    .option('--results <folder>', 'the folder for result files; results/ by default')
    .addOption(otlpOption())
    .addOption(prometheusOption())
    .action(async (name: string, flags: CapacityFlags) => {
      const { runCapacity } = await import('../actions/capacity.ts')
      end(await runCapacity(name, flags))
    })
  addServerFlags(command, ['redis', 'nats'])
  addSections(command, {
    sections: [['How it works', HOW]],
    environment: [`as for ${typedCommand('bench')}`],
    exitCodes: { 0: 'a rate passed', 3: 'inconclusive: no rate passed' },
    onSignal: 'the probes so far are kept',
    examples: [
      typedCommand('capacity', 'register'),
      typedCommand('capacity', 'mixed --from 200 --precision 10%'),
    ],
  })
}
