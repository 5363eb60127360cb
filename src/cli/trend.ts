import { InputError } from '../input-error.ts'
import type { HistoryRow } from '../run-file/history/history.ts'
import { EXIT, type ExitCode } from '../run-file/outcome.ts'
import { printable } from '../run-file/printable.ts'
import { METRICS, type Metric } from '../trend/decision/metrics.ts'
import { readTrendRows } from '../trend/read-rows.ts'
import { renderTrend } from '../trend/report/render-trend.ts'
import { seriesOf, type Series } from '../trend/decision/series.ts'
import { renderSimulation, simulateTrends } from '../trend/simulation/simulation-report.ts'
import { trendCsv, trendData } from '../trend/report/trend-table.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { runFolderToRead } from './run-folder.ts'

const NAME = 'npm run trend --'

const DESCRIPTION = 'Shows how metrics changed from run to run, and at which commit.'

const AFTER = `
It reads the run files of the folder and its history.csv, to which each finished
run appends. Runs on other machines, other major versions or with other loads
are series of their own. Times are service times; they are divided by the
reference workload of the same run only where that halves their variance. A
change is reported once eight runs or more confirm it, and stays reported. Of
pages with 24 series on which nothing changes, at most 5 % ever show a change;
--simulate shows that, and how soon changes are found.

Exit code
  0 shown, whatever changed
  1 with --alarm only: the latest run confirmed that a metric got worse. It is 1
    for that run alone, so store the history first, and let the alarm be the
    last step of a job.
  2 usage, or something is broken
  3 there are no runs

Examples
  npm run trend
  npm run trend -- --scenario mixed --metric p95
  npm run trend -- --alarm
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
  readonly alarm?: true
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
    .option('--no-reference', 'times as measured')
    .option('--results <folder>', 'where the runs are; results/ by default')
    .option('--json', 'as JSON')
    .option('--csv', 'as CSV, one row per run of a series')
    .option('--alarm', 'exit with 1 if the latest run confirmed that a metric got worse')
    .option(
      '--simulate',
      'the rate of false alarms, and how soon changes are found, in simulated series',
    )
    .option('--series <n>', 'how many flat series to simulate for each kind of noise', '2400')
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
  if (flags.alarm === true && hasAlarm(series, chosen)) return EXIT.failed
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
