import { InputError } from '../../input-error.ts'
import { printable } from '../../printable.ts'
import { METRICS, type Metric } from '../../trend/decision/metrics.ts'
import { typedCommand } from '../../typed-command.ts'
import type { Define } from '../command-line.ts'
import { MAX_SEED, option, wholeNumber } from '../flags.ts'
import { addSections } from '../help-sections.ts'
import { RESULTS_TO_READ } from '../folders.ts'
import type { TrendFlags } from '../actions/trend.ts'

const HOW = [
  'It reads the run files of the folder and its history.csv, to which each finished run appends. Runs on other machines, of other major versions or with other loads form separate series. Times are service times; they are divided by the reference workload of the same run only where that halves their variance. A change is reported once eight runs or more confirm it, and stays reported. At most 5 % of pages with 24 unchanging series ever show a change; --simulate shows that, and how soon changes are found.',
  'With --alarm, the exit code is 1 for one run alone: store the history first, and let the alarm be the last step of a job.',
]

/** `prism-loadtest trend` */
export const trend: Define = (command, end) => {
  command
    .description('Shows how metrics changed from run to run, and at which commit.')
    .addOption(option('--metric <name>', `plot only this one: ${names()}`, metricNamed))
    .option('--scenario <text>', 'only scenarios with the text in their names')
    .option('--operation <name>', 'only this operation')
    .option('--no-reference', 'show times as measured')
    .option('--results <folder>', RESULTS_TO_READ)
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV, one row per run of a series')
    .option('--html [file]', 'also write a page with charts; trend.html beside the runs by default')
    .option('--alarm', 'exit with 1 if the latest run confirmed that a metric got worse')
    .option(
      '--simulate',
      'show the rate of false alarms, and how soon changes are found, in simulated series',
    )
    .addOption(
      option(
        '--series <n>',
        'flat series to simulate for each kind of noise',
        wholeNumber(1, 100_000),
        '2400',
      ),
    )
    .addOption(option('--seed <n>', 'random seed of the simulation', wholeNumber(0, MAX_SEED), '1'))
    .action(async (flags: TrendFlags) => {
      const { showTrend, simulateTrend } = await import('../actions/trend.ts')
      end(flags.simulate === true ? simulateTrend(flags) : await showTrend(flags))
    })
  addSections(command, {
    sections: [['How it works', HOW]],
    exitCodes: {
      0: 'shown, whatever changed',
      1: 'with --alarm only: the latest run confirmed that a metric got worse',
      3: 'there are no runs',
    },
    examples: [
      typedCommand('trend'),
      typedCommand('trend', '--scenario mixed --metric p95'),
      typedCommand('trend', '--html'),
      typedCommand('trend', '--alarm'),
      typedCommand('trend', '--simulate'),
    ],
  })
}

function metricNamed(name: string, flag: string): Metric {
  const metric = METRICS.find((candidate) => candidate.name === name.toLowerCase())
  if (metric !== undefined) return metric
  throw new InputError(`${flag}: "${printable(name)}" is not a metric; choose one of ${names()}.`)
}

function names(): string {
  return METRICS.map(({ name }) => name).join(', ')
}
