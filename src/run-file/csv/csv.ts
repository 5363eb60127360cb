import { Parser } from '@json2csv/plainjs'

/** A column of a CSV file. Its label includes the unit; its description is for the documentation. */
export interface Column<Row> {
  readonly label: string
  readonly description: string
  /** `null` is an empty cell. */
  readonly value: (row: Row) => string | number | boolean | null
}

/** A column of any kind of row. */
export function column<Row>(
  label: string,
  description: string,
  value: Column<Row>['value'],
): Column<Row> {
  return { label, description, value }
}

/**
 * Rows as CSV (RFC 4180 with `\n`), a header first. Texts are quoted and numbers keep all digits. A text that a
 * spreadsheet would take for a formula is prefixed with `'`, see `guard`.
 */
export function toCsv<Row extends object>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const parser = new Parser<Row, Row>({
    fields: columns.map(({ label, value }) => ({ label, value })),
    formatters: { header: (label) => label, string: (text) => quoted(guard(text)) },
  })
  return `${parser.parse([...rows])}\n`
}

/** One record of a CSV text. */
export interface CsvRecord {
  readonly cells: readonly string[]
  /** Where the next record starts; the text's length after the last one. */
  readonly end: number
  /** Whether it ends with a line end, rather than with the text. */
  readonly isEnded: boolean
}

/**
 * The record that starts at an index of a CSV text (RFC 4180, with `\n` or `\r\n`); `null` if a cell's
 * quotes are unbalanced. An empty line is a record of one empty cell. Removes the prefix
 * by which `toCsv` keeps a text from being a formula.
 */
export function parseRecord(text: string, start: number): CsvRecord | null {
  const cells: string[] = []
  for (let at = start; ;) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at)
    if (cell === null) return null
    cells.push(unguarded(cell.text))
    if (text[cell.end] === ',') {
      at = cell.end + 1
      continue
    }
    const lineEnd = /\r?\n/y
    lineEnd.lastIndex = cell.end
    if (lineEnd.test(text)) return { cells, end: lineEnd.lastIndex, isEnded: true }
    return cell.end === text.length ? { cells, end: text.length, isEnded: false } : null
  }
}

/** How many lines end between two indices of a text. */
export function linesIn(text: string, start: number, end: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    lines++
  }
  return lines
}

/**
 * Prefixes a text with `'` if it starts with `=`, `+`, `-`, `@` in any width, tab or a line end, so that no
 * spreadsheet runs the name of a scenario or a server's error (OWASP, "CSV Injection"); and if it starts with `'`,
 * so that removing one `'` is always right.
 */
function guard(text: string): string {
  return /^[=+\-@＝＋－＠\t\r\n']/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

interface Cell {
  readonly text: string
  readonly end: number
}

function plainCell(text: string, start: number): Cell | null {
  const stop = /[",\r\n]|$/g
  stop.lastIndex = start
  const end = stop.exec(text)?.index ?? text.length
  return { text: text.slice(start, end), end }
}

function quotedCell(text: string, start: number): Cell | null {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 2)) {
    if (text[quote + 1] === '"') continue
    return { text: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 }
  }
  return null
}

/** Undoes `guard`. */
function unguarded(text: string): string {
  return text.startsWith("'") ? text.slice(1) : text
}
