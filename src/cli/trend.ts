import { InputError } from '../load/input-error.ts'
import { EXIT, type ExitCode } from '../results/outcome.ts'
import { printable } from '../results/printable.ts'
import { METRICS, type Metric } from '../results/trend/metrics.ts'
import { readTrendRows } from '../results/trend/read-rows.ts'
import { renderTrend } from '../results/trend/render-trend.ts'
import { seriesOf } from '../results/trend/series.ts'
import { simulateTrends, WITHIN } from '../results/trend/simulate.ts'
import { trendCsv, trendData } from '../results/trend/trend-table.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { runFolderToRead } from './run-folder.ts'

const NAME = 'npm run trend --'

const DESCRIPTION =
  'Shows how the figures of the runs in a folder went over time, and since which commit they are others.'

const AFTER = `
Read are the run files of the folder and its history.csv, to which each finished run appends; a run that
is in both counts once. Runs whose environments or loads are unlike are in series of their own. Times are
multiples of the reference workload's round trip, measured in the same run, where all runs of a series
have one. Changes are found by E-divisive with Student's t-test, p ≤ 0.001.

Exit code
  0 shown, whatever the trend is   2 something is broken   3 there are no runs

Examples
  npm run trend
  npm run trend -- --scenario mixed --metric p95
  npm run trend -- --simulate
`

interface Flags {
  readonly metric?: string
  readonly scenario?: string
  readonly operation?: string
  readonly results?: string
  readonly reference: boolean
  readonly json?: true
  readonly csv?: true
  readonly simulate?: true
  readonly series: string
  readonly seed: string
}

/** The command line of `npm run trend`. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.good
  const command = commandLine(NAME, DESCRIPTION)
    .option('--metric <name>', `only this one, drawn: ${names()}`)
    .option('--scenario <text>', 'only scenarios with the text in their names')
    .option('--operation <name>', 'only this operation')
    .option('--no-reference', 'times as they were measured')
    .option('--results <folder>', 'where the runs are; results/ by default')
    .option('--json', 'as JSON')
    .option('--csv', 'as CSV, one row a run of a series')
    .option(
      '--simulate',
      'how often changes are found, and false alarms raised, in simulated series',
    )
    .option('--series <n>', 'how many series to simulate', '2000')
    .option('--seed <n>', 'of the simulation', '1')
    .addHelpText('after', AFTER)
    .action(async (flags: Flags) => {
      exitCode = flags.simulate === true ? simulate(flags) : await show(flags)
    })
  await runCommandLine(command, args)
  return exitCode
}

async function show(flags: Flags): Promise<ExitCode> {
  if (flags.json === true && flags.csv === true) {
    throw new InputError('--json and --csv: choose one of them.')
  }
  const metrics = metricsOf(flags.metric)
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
  if (series.length > 0) return EXIT.good
  const invalid = chosen.filter(({ verdict }) => verdict === 'invalid').length
  const what =
    rows.length === 0
      ? 'no run'
      : invalid > 0
        ? 'no run of that scenario, operation and metric whose measurement is valid'
        : 'no run of that scenario, operation and metric'
  process.stderr.write(`There is ${what} in ${printable(folder)}. Make some by npm run bench.\n`)
  return EXIT.inconclusive
}

function simulate(flags: Flags): ExitCode {
  const seriesCount = wholeNumber('--series', flags.series, 1, 100_000)
  const seed = wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1)
  const simulation = { seriesCount, noise: 0.05, step: 0.1, seed }
  const figures = simulateTrends(simulation)
  if (flags.json === true) {
    print(JSON.stringify({ simulation, figures }, null, 2))
    return EXIT.good
  }
  const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`
  print(`${seriesCount} series of 100 values with 5 % noise, seed ${seed}

Flat
  ${percent(figures.falseAlarms)}  have a change point: a false alarm
  ${percent(figures.falseAlarmsEver)}  had one at any of the looks after their 6th, 7th … 100th value
With a step of 10 % in the middle
  ${percent(figures.foundWithin7)}  have a change point within ${WITHIN} values of it
  ${percent(figures.foundAfter7)}  had one already when only ${WITHIN} values had come after it`)
  return EXIT.good
}

function metricsOf(name: string | undefined): readonly Metric[] {
  if (name === undefined) return METRICS
  const metric = METRICS.find((candidate) => candidate.name === name.toLowerCase())
  if (metric !== undefined) return [metric]
  throw new InputError(`--metric: "${printable(name)}" is not one; choose one of ${names()}.`)
}

function names(): string {
  return METRICS.map(({ name }) => name).join(', ')
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new InputError(`${flag}: "${printable(text)}" must be a whole number, ${least} to ${most}.`)
}

/** On a terminal only, and for many files only. */
function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY || of < 50) return
  process.stderr.write(done === of ? '\r\u001b[K' : `\rreading run file ${done + 1} of ${of}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
