import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { redactUrls } from '../../environment/redact-url.ts'
import { type CsvRecord, linesIn, parseRecord, toCsv } from '../csv/csv.ts'
import { COLUMN_COUNTS, HISTORY_COLUMNS, historyRowSchema } from './history-columns.ts'
import { historyRows, type HistoryRow } from './history.ts'
import { placeOf } from '../read/place.ts'
import { printable } from '../../printable.ts'
import { FileError, readRegularFile } from '../read/read-regular-file.ts'
import type { RunFile } from '../run-file.ts'
import { appendWhole, createWholeFile, temporaryBeside } from '../write/whole-files.ts'
import { UserError } from '../../user-error.ts'
import { typedCommand } from '../../typed-command.ts'

/** history.csv is unusable. The message is one line that names it, and says what to do. */
export class HistoryError extends UserError {
  override readonly name = 'HistoryError'

  /** @param message what is wrong, and what to do. */
  constructor(path: string, message: string, cause?: unknown) {
    super(`${printable(path)}: ${printable(message)}`, { cause })
  }
}

/** What a folder's history holds. */
export interface History {
  /** In the order in which they were written. */
  readonly rows: readonly HistoryRow[]
  /** Lines that were left out, each with its number and what is wrong with it; a few of them, if they are many. */
  readonly unread: readonly string[]
  /** Runs that such a line was of, as far as it says: their rows are not all here. */
  readonly incomplete: ReadonlySet<string>
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
    appendWhole(path, endOfLastLine(begun) + redactUrls(linesOf(rows)))
  } catch (error) {
    if (error instanceof HistoryError) throw error
    throw new HistoryError(path, `can't be written to: ${messageOf(error)}`, error)
  }
}

/**
 * All rows of the folder's history; none where there is no history. A line that is damaged is left out and
 * hides no other.
 * @throws HistoryError if it can't be read, or has other columns.
 */
export function readHistory(folder: string): History {
  const path = historyPath(folder)
  const text = textOf(path)
  if (text === null) return { rows: [], unread: [], incomplete: new Set() }
  requireHeader(path, text)
  const rows: HistoryRow[] = []
  const unread: string[] = []
  const incomplete = new Set<string>()
  let unreadLines = 0
  let line = 1
  for (let at = 0; at < text.length;) {
    const record = parseRecord(text, at)
    const row = at === 0 || isEmpty(record) ? null : readRow(record)
    let end = record?.end ?? text.length
    if (typeof row === 'string') {
      // What was cut off within quotes may seem to go on to the end of the file.
      end = nextRow(text, at)
      unreadLines++
      if (unread.length < MAX_NAMED) unread.push(lineFlaw(path, line, row))
      const [runId] = RUN_ID.exec(text.slice(at + 1, at + MAX_RUN_ID)) ?? []
      if (runId !== undefined) incomplete.add(runId)
    } else if (row !== null) rows.push(row)
    line += linesIn(text, at, end)
    at = end
  }
  if (unreadLines > unread.length) {
    unread.push(`${printable(path)}: ${unreadLines - unread.length} more lines are damaged.`)
  }
  return { rows, unread, incomplete }
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

/**
 * Puts another header in place of a history's first line. Rows of older versions stay as they are, with
 * fewer cells. Of several processes that do so at the same time, or append, none loses a row of another:
 * each takes away the file that it finds, which only one can, and adds its rows to the one that is there.
 * @throws what the file system says
 */
function upgradeHistory(path: string, header: string): void {
  const aside = temporaryBeside(path)
  try {
    renameSync(path, aside)
  } catch (error) {
    // Another process has taken it away, and is about to put it back.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  const rows = readFileSync(aside, 'utf8').replace(/^[^\n]*\n?/, '')
  if (!createWholeFile(path, `${header}\n${rows}`) && rows !== '') appendWhole(path, rows)
  rmSync(aside)
}

/** Of each version, oldest first. */
const HEADERS = COLUMN_COUNTS.map((count) => toCsv(HISTORY_COLUMNS.slice(0, count), []).trimEnd())
const HEADER = HEADERS.at(-1) ?? ''

function headerOf(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

const LABELS = HISTORY_COLUMNS.map(({ label }) => label)

/** 100,000 rows have less. */
const MAX_BYTES = 64 * 2 ** 20

/** So many damaged lines are named. */
const MAX_NAMED = 10

const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-z.-]+/
const MAX_RUN_ID = 80
const ROW_START = /\n(?="\d{8}T\d{6}Z-)/g

/** Ends a row that a process left unfinished when it was killed, so that it is seen to be one. */
const CUT_OFF = 'cut off'

/** What makes the next row begin on a line of its own, and keeps an unfinished one from looking whole. */
function endOfLastLine(text: string): string {
  if (text.endsWith('\n')) return ''
  return text === HEADER ? '\n' : `,${CUT_OFF}\n`
}

/** An empty line; or what two processes that ended the same unfinished row left. */
function isEmpty(record: CsvRecord | null): boolean {
  const [first, second, ...others] = record?.cells ?? [undefined]
  return first === '' && (second ?? CUT_OFF) === CUT_OFF && others.length === 0
}

/** @returns what is wrong with it, if it is not a row. */
function readRow(record: CsvRecord | null): HistoryRow | string {
  if (record === null) return 'its quotes are not in order: it was cut off or changed.'
  const { cells, isEnded } = record
  if (!isEnded) return 'it has no end: it was cut off.'
  if (!COLUMN_COUNTS.some((count) => count === cells.length)) {
    return `it has ${cells.length} cells, not ${LABELS.length}: it was cut off or changed.`
  }
  // Rows of older versions have fewer columns.
  const row = Object.fromEntries(LABELS.map((label, column) => [label, cells[column] ?? '']))
  const checked = historyRowSchema.safeParse(row)
  return checked.success ? checked.data : `${placeOf(checked.error)}.`
}

function nextRow(text: string, at: number): number {
  ROW_START.lastIndex = at
  return ROW_START.test(text) ? ROW_START.lastIndex : text.length
}

function lineFlaw(path: string, line: number, flaw: string): string {
  return `${printable(path)}: line ${line}: ${printable(flaw)} Correct the line, or take it out.`
}

function linesOf(rows: readonly HistoryRow[]): string {
  return toCsv(HISTORY_COLUMNS, rows).slice(HEADER.length + 1)
}

function requireHeader(path: string, text: string): void {
  if (HEADERS.includes(headerOf(text))) return
  throw new HistoryError(
    path,
    `its columns are not those of this version of the program. Move it away: the next run begins a new one, and ${typedCommand('trend')} reads the run files themselves.`,
  )
}

/** Some editors begin a text with it. */
const BYTE_ORDER_MARK = /^\ufeff/

/** @returns `null` if there is no history. */
function textOf(path: string): string | null {
  try {
    return readRegularFile(path, MAX_BYTES).toString().replace(BYTE_ORDER_MARK, '')
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.fault === 'missing') return null
    throw new HistoryError(
      path,
      `${error.message} Move it away: the next run begins a new one.`,
      error,
    )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
