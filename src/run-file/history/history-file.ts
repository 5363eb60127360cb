import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { redactUrls } from '../../environment/redact-url.ts'
import { type CsvRecord, linesIn, parseRecord, toCsv } from '../csv/csv.ts'
import { COLUMN_COUNTS, HISTORY_COLUMNS, type HistoryRow, historyRowSchema } from './history-row.ts'
import { historyRows } from './history-rows.ts'
import { placeOf, type RunFile } from '../run-file.ts'
import { printable } from '../../printable.ts'
import { FileError, readRegularFile } from '../read/read-regular-file.ts'
import { appendWhole, createWholeFile, writeWholeFile } from '../write/whole-files.ts'
import { UserError } from '../../user-error.ts'
import { typedCommand } from '../../typed-command.ts'

/** history.csv is unusable. The message is one line that names it, and says what to do. */
export class HistoryError extends UserError {
  override readonly name = 'HistoryError'

  /** @param message the problem and the remedy. */
  constructor(path: string, message: string, cause?: unknown) {
    super(`${printable(path)}: ${printable(message)}`, { cause })
  }
}

/** The contents of a folder's history. */
export interface History {
  /** In the order of writing. */
  readonly rows: readonly HistoryRow[]
  /** The first 10 skipped lines, each with its number and flaw, and how many more were skipped. */
  readonly unread: readonly string[]
  /** IDs of runs with skipped lines, as far as the lines name them: their rows are incomplete. */
  readonly incomplete: ReadonlySet<string>
}

/** Where a folder's history is. */
export function historyPath(folder: string): string {
  return join(folder, 'history.csv')
}

/**
 * Appends a run's rows to the folder's history, which is created if missing. Several processes can do so at once:
 * the header precedes all rows, and a run's rows stay together.
 * @throws HistoryError if the file can't be written to, or has unknown columns.
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
 * All rows of the folder's history; none if there is no history. Skips damaged lines, which hide no other line.
 * @throws HistoryError if the file can't be read, or has unknown columns.
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
      // A row cut off within quotes may seem to continue to the end of the file.
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

/** The text of the history, which is created or given this version's header first. */
function begunHistory(path: string): string {
  createWholeFile(path, `${HEADER}\n`)
  const text = textOf(path)
  if (text !== null) {
    requireHeader(path, text)
    if (headerOf(text) === HEADER) return text
    upgradeHistory(path)
  }
  // It is upgraded now, by this process or another.
  return begunHistory(path)
}

/**
 * Replaces the header of an older version's history, whose rows keep their fewer cells. One process does so at a
 * time, since a second one would replace a history that others append to by then. To a history with an older header
 * nothing is appended, so none of its rows is lost.
 * @throws the file system's error
 */
function upgradeHistory(path: string): void {
  const lock = `${path}.upgrade`
  if (!createWholeFile(lock, '')) {
    waitForUpgrade(lock)
    return
  }
  try {
    const text = textOf(path)
    if (text === null || headerOf(text) === HEADER) return
    writeWholeFile(path, `${HEADER}\n${text.replace(/^[^\n]*\n?/, '')}`)
  } finally {
    rmSync(lock, { force: true })
  }
}

/** An upgrade takes less than 1 s, even of the largest history. */
const MAX_UPGRADE_MS = 10_000

/** Waits until another process has upgraded the history, and ends the upgrade of one that was killed. */
function waitForUpgrade(lock: string): void {
  const inodeOf = (): number | undefined => statSync(lock, { throwIfNoEntry: false })?.ino
  const awaited = inodeOf()
  if (awaited === undefined) return
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  const startedMs = performance.now()
  do {
    Atomics.wait(sleeper, 0, 0, 10)
    if (inodeOf() !== awaited) return
  } while (performance.now() - startedMs < MAX_UPGRADE_MS)
  rmSync(lock, { force: true })
}

/** The header of each version, oldest first. */
const HEADERS = COLUMN_COUNTS.map((count) => toCsv(HISTORY_COLUMNS.slice(0, count), []).trimEnd())
const HEADER = HEADERS.at(-1) ?? ''

function headerOf(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}

const LABELS = HISTORY_COLUMNS.map(({ label }) => label)

/** More than 100,000 rows. */
const MAX_BYTES = 64 * 2 ** 20

/** How many damaged lines are named. */
const MAX_NAMED = 10

const RUN_ID = /^\d{8}T\d{6}Z-[0-9a-z.-]+/
const MAX_RUN_ID = 80
const ROW_START = /\n(?="\d{8}T\d{6}Z-)/g

/** Ends a row that a killed process left unfinished, so that it is recognized. */
const CUT_OFF = 'cut off'

/** Starts the next row on a new line, and keeps an unfinished row from looking complete. */
function endOfLastLine(text: string): string {
  if (text.endsWith('\n')) return ''
  return text === HEADER ? '\n' : `,${CUT_OFF}\n`
}

/** An empty line; or the remainder if two processes ended the same unfinished row. */
function isEmpty(record: CsvRecord | null): boolean {
  const [first, second, ...others] = record?.cells ?? [undefined]
  return first === '' && (second ?? CUT_OFF) === CUT_OFF && others.length === 0
}

/** @returns the flaw as a sentence, if it is not a valid row. */
function readRow(record: CsvRecord | null): HistoryRow | string {
  if (record === null) return 'its quotes are unbalanced: it was cut off or changed.'
  const { cells, isEnded } = record
  if (!isEnded) return 'it has no line end: it was cut off.'
  if (!COLUMN_COUNTS.some((count) => count === cells.length)) {
    return `it has ${cells.length} cells, not ${LABELS.length}: it was cut off or changed.`
  }
  // Older versions wrote fewer columns.
  const row = Object.fromEntries(LABELS.map((label, column) => [label, cells[column] ?? '']))
  const checked = historyRowSchema.safeParse(row)
  return checked.success ? checked.data : `${placeOf(checked.error)}.`
}

function nextRow(text: string, at: number): number {
  ROW_START.lastIndex = at
  return ROW_START.test(text) ? ROW_START.lastIndex : text.length
}

function lineFlaw(path: string, line: number, flaw: string): string {
  return `${printable(path)}: line ${line}: ${printable(flaw)} Correct the line, or delete it.`
}

function linesOf(rows: readonly HistoryRow[]): string {
  return toCsv(HISTORY_COLUMNS, rows).slice(HEADER.length + 1)
}

function requireHeader(path: string, text: string): void {
  if (HEADERS.includes(headerOf(text))) return
  throw new HistoryError(
    path,
    `its columns are unknown to this version. Move it away: the next run starts a new one, and ${typedCommand('trend')} reads the run files themselves.`,
  )
}

/** Some editors start a text with it. */
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
      `${error.message} Move it away: the next run starts a new one.`,
      error,
    )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
