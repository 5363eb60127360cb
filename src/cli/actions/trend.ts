import { join } from 'node:path'
import { InputError } from '../../input-error.ts'
import type { HistoryRow } from '../../run-file/history/history-row.ts'
import { EXIT, type ExitCode } from '../../exit-code.ts'
import { printable } from '../../printable.ts'
import { METRICS, type Metric } from '../../trend/decision/metrics.ts'
import { readTrendRows } from '../../trend/read-rows.ts'
import { renderHistory } from '../../trend/report/render-history.ts'
import { renderTrend } from '../../trend/report/render-trend.ts'
import { seriesOf, type Series } from '../../trend/decision/series.ts'
import { renderSimulation, simulateTrends } from '../../trend/simulation/simulation-report.ts'
import { trendPage } from '../../trend/report/trend-page.ts'
import { trendCsv, trendData } from '../../trend/report/trend-table.ts'
import { typedCommand } from '../../typed-command.ts'
import { runFolderToRead } from '../folders.ts'
import { pageFile, writePage } from './write-page.ts'

/** The flags. */
export interface TrendFlags {
  readonly metric?: Metric
  readonly scenario?: string
  readonly operation?: string
  readonly results?: string
  readonly reference: boolean
  readonly json?: true
  readonly csv?: true
  readonly html?: string | true
  readonly alarm?: true
  readonly simulate?: true
  readonly series: number
  readonly seed: number
}

/**
 * Prints how metrics changed over the runs of a folder.
 * @returns 1 only with `--alarm`, and if the latest run confirmed a change for the worse.
 * @throws UserError
 */
export async function showTrend(flags: TrendFlags): Promise<ExitCode> {
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
  if (flags.html !== undefined && series.length > 0) {
    const page = trendPage(series, { title: 'Trend of load tests', unread })
    await writePage(page, pageFile(flags.html, join(folder, 'trend.html')))
  }
  if (flags.alarm === true && hasAlarm(series, chosen)) return EXIT.failed
  if (series.length > 0) return EXIT.good
  const invalid = chosen.filter(({ verdict }) => verdict === 'invalid').length
  const what =
    rows.length === 0
      ? 'no run'
      : invalid > 0
        ? 'no run of that scenario, operation and metric whose measurement is valid'
        : 'no run of that scenario, operation and metric'
  return nothingFound(what, folder)
}

function nothingFound(what: string, folder: string): ExitCode {
  process.stderr.write(
    `Found ${what} in ${printable(folder)}. Start one with ${typedCommand('bench')}.\n`,
  )
  return EXIT.inconclusive
}

/** The flags of `results history`. */
export interface HistoryFlags {
  readonly results?: string
  readonly html?: string | true
}

/**
 * Prints what the history of a folder holds, and writes all of it as a page.
 * @throws UserError
 */
export async function showHistory(flags: HistoryFlags): Promise<ExitCode> {
  const folder = runFolderToRead(flags.results)
  const { rows, unread } = await readTrendRows(folder, showProgress)
  for (const reason of unread) process.stderr.write(`left out: ${reason}\n`)
  const series = seriesOf(rows, { metrics: METRICS, isByReference: true })
  if (series.length === 0) return nothingFound('no valid run', folder)
  print(renderHistory(series))
  if (flags.html !== undefined) {
    const page = trendPage(series, { title: 'History of load tests', unread })
    await writePage(page, pageFile(flags.html, join(folder, 'history.html')))
  }
  return EXIT.good
}

/** Prints the rates of false alarms and detections in simulated series. */
export function simulateTrend(flags: TrendFlags): ExitCode {
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

/** On a terminal only, and for many files only. */
function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY || of < 50) return
  process.stderr.write(done === of ? '\r\u001b[K' : `\rreading run file ${done + 1} of ${of}`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
