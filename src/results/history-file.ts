import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { redactUrls } from '../environment/redact-url.ts'
import { toCsv } from './csv.ts'
import { COLUMN_COUNTS, HISTORY_COLUMNS, historyRowSchema } from './history-columns.ts'
import { historyRows, type HistoryRow } from './history.ts'
import { CsvError, parseCsv } from './parse-csv.ts'
import { placeOf } from './place.ts'
import type { RunFile } from './run-file.ts'
import { upgradeHistory } from './upgrade-history.ts'
import { appendWhole, createWholeFile } from './whole-files.ts'

/** history.csv can't be used. The message names it, the line, and what to do. Exit code 2. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}

/** Where a folder's history is. */
export function historyPath(folder: string): string {
  return join(folder, 'history.csv')
}

/**
 * Adds a run's rows to the folder's history, which is made where there is none. Several processes can
 * do so at the same time: the header is there before any row, and a run's rows stand together.
 * @throws HistoryError if it can't be written to, or has other columns.
 */
export function appendHistory(folder: string, run: RunFile): void {
  const rows = historyRows(run)
  if (rows.length === 0) return
  const path = historyPath(folder)
  try {
    const begun = begunHistory(path)
    // What a process that was killed left of a row must not swallow this one.
    const lineEnd = begun.endsWith('\n') ? '' : '\n'
    appendWhole(path, lineEnd + redactUrls(linesOf(rows)))
  } catch (error) {
    if (error instanceof HistoryError) throw error
    throw new HistoryError(`${path}: can't be written to: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * All rows of the folder's history, in the order in which they were written; none where there is no
 * history.
 * @throws HistoryError if it is not one of this version, naming the first place that is wrong.
 */
export function readHistory(folder: string): readonly HistoryRow[] {
  const path = historyPath(folder)
  const text = textOf(path)
  if (text === null) return []
  requireHeader(path, text)
  const [, ...records] = recordsOf(path, text)
  return records.map((cells, index) => {
    const where = `${path}: row ${index + 1}`
    if (!COLUMN_COUNTS.some((count) => count === cells.length)) {
      const counts = `${cells.length} cells, not ${COLUMN_COUNTS.join(' or ')}`
      throw new HistoryError(`${where}: ${counts}: it was cut off or changed. Take it out.`)
    }
    // Rows of older versions have fewer columns.
    const row = Object.fromEntries(
      HISTORY_COLUMNS.map(({ label }, column) => [label, cells[column] ?? '']),
    )
    const checked = historyRowSchema.safeParse(row)
    if (checked.success) return checked.data
    throw new HistoryError(`${where}: ${placeOf(checked.error)} Correct it, or take the row out.`)
  })
}

/** The text of the history, which is made or given this version's header first. */
function begunHistory(path: string): string {
  createWholeFile(path, `${HEADER}\n`)
  const text = textOf(path)
  if (text !== null) {
    requireHeader(path, text)
    if (headerOf(text) === HEADER) return text
    upgradeHistory(path, HEADER)
  }
  // Now; or another process has taken it away to do the same.
  return begunHistory(path)
}

/** Of each version, oldest first. */
const HEADERS = COLUMN_COUNTS.map((count) => toCsv(HISTORY_COLUMNS.slice(0, count), []).trimEnd())
const HEADER = HEADERS.at(-1) ?? ''

function headerOf(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

function linesOf(rows: readonly HistoryRow[]): string {
  return toCsv(HISTORY_COLUMNS, rows).slice(HEADER.length + 1)
}

function requireHeader(path: string, text: string): void {
  if (HEADERS.includes(headerOf(text))) return
  throw new HistoryError(
    `${path}: its columns are not those of this version of the program. Move it away: a new one begins with the next run, and npm run trend reads the run files themselves.`,
  )
}

function recordsOf(path: string, text: string): readonly (readonly string[])[] {
  try {
    return parseCsv(text)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const advice = 'It was cut off or changed: correct the line, or take it out.'
    throw new HistoryError(`${path}: ${error.message} ${advice}`, { cause: error })
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new HistoryError(`${path}: can't be read: ${messageOf(error)}`, { cause: error })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
