import { InputError } from '../input-error.ts'
import type { HistoryRow } from '../run-file/history/history.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { printable } from '../printable.ts'
import { METRICS, type Metric } from '../trend/decision/metrics.ts'
import { readTrendRows } from '../trend/read-rows.ts'
import { renderTrend } from '../trend/report/render-trend.ts'
import { seriesOf, type Series } from '../trend/decision/series.ts'
import { renderSimulation, simulateTrends } from '../trend/simulation/simulation-report.ts'
import { trendCsv, trendData } from '../trend/report/trend-table.ts'
import { typedCommand } from '../typed-command.ts'
import type { Define } from './command-line.ts'
import { MAX_SEED, option, wholeNumber } from './flags.ts'
import { addSections } from './help-sections.ts'
import { RESULTS_TO_READ, runFolderToRead } from './run-folder.ts'

const HOW = [
  'It reads the run files of the folder and its history.csv, to which each finished run appends. Runs on other machines, of other major versions or with other loads form separate series. Times are service times; they are divided by the reference workload of the same run only where that halves their variance. A change is reported once eight runs or more confirm it, and stays reported. At most 5 % of pages with 24 unchanging series ever show a change; --simulate shows that, and how soon changes are found.',
  'With --alarm, the exit code is 1 for one run alone: store the history first, and let the alarm be the last step of a job.',
]

interface Flags {
  readonly metric?: Metric
  readonly scenario?: string
  readonly operation?: string
  readonly results?: string
  readonly reference: boolean
  readonly json?: true
  readonly csv?: true
  readonly alarm?: true
  readonly simulate?: true
  readonly series: number
  readonly seed: number
}

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
    .action(async (flags: Flags) =>
      end(flags.simulate === true ? simulate(flags) : await show(flags)),
    )
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
      typedCommand('trend', '--alarm'),
      typedCommand('trend', '--simulate'),
    ],
  })
}

async function show(flags: Flags): Promise<ExitCode> {
  if (flags.json === true && flags.csv === true) {
    throw new InputError('--json and --csv: choose one of them.')
  }
  const metrics = flags.metric === undefined ? METRICS : [flags.metric]
  const folder = runFolderToRead(flags.results)
  const { rows, unread } = await readTrendRows(folder, showProgress)
  for (const reason of unread) process.stderr.write(`left out: ${reason}\n`)
  const chosen = rows.filter(
    ({ scenario, operation }) =>
      scenario.includes(flags.scenario ?? '') &&
      (flags.operation === undefined || operation === flags.operation),
  )
  const series = seriesOf(chosen, { metrics, isByReference: flags.reference })
  if (flags.json === true) print(JSON.stringify({ series: trendData(series), unread }, null, 2))
  else if (flags.csv === true) process.stdout.write(trendCsv(series))
  else if (series.length > 0) print(renderTrend(series, flags.metric !== undefined))
  if (flags.alarm === true && hasAlarm(series, chosen)) return EXIT.failed
  if (series.length > 0) return EXIT.good
  const invalid = chosen.filter(({ verdict }) => verdict === 'invalid').length
  const what =
    rows.length === 0
      ? 'no run'
      : invalid > 0
        ? 'no run of that scenario, operation and metric whose measurement is valid'
        : 'no run of that scenario, operation and metric'
  process.stderr.write(
    `There is ${what} in ${printable(folder)}. Make some with ${typedCommand('bench')}.\n`,
  )
  return EXIT.inconclusive
}

function simulate(flags: Flags): ExitCode {
  const { series: seriesCount, seed } = flags
  const simulation = simulateTrends(seriesCount, seed)
  if (flags.json === true) print(JSON.stringify({ seed, ...simulation }, null, 2))
  else print(renderSimulation(simulation, seed))
  return EXIT.good
}

/** Whether the latest run is the one that confirmed a change for the worse. */
function hasAlarm(all: readonly Series[], rows: readonly HistoryRow[]): boolean {
  const latest = rows.reduce<HistoryRow | null>(
    (a, b) => (a !== null && a.startedAt + a.runId > b.startedAt + b.runId ? a : b),
    null,
  )
  const changes = all.flatMap((series) => series.changes ?? [])
  return changes.some(({ confirmer, isWorse }) => isWorse && confirmer.runId === latest?.runId)
}

function metricNamed(name: string, flag: string): Metric {
  const metric = METRICS.find((candidate) => candidate.name === name.toLowerCase())
  if (metric !== undefined) return metric
  throw new InputError(`${flag}: "${printable(name)}" is not a metric; choose one of ${names()}.`)
}

function names(): string {
  return METRICS.map(({ name }) => name).join(', ')
}

/** On a terminal only, and for many files only. */
function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY || of < 50) return
  process.stderr.write(done === of ? '\r\u001b[K' : `\rreading run file ${done + 1} of ${of}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
