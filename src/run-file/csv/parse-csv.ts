/** A text that is not CSV. The message says on which line. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
}

/** One record of a CSV text. */
export interface CsvRecord {
  readonly cells: readonly string[]
  /** Where the next one begins; the length of the text after the last. */
  readonly end: number
  /** Whether it ends with a line, and not with the text. */
  readonly isEnded: boolean
}

/**
 * The records of a CSV text (RFC 4180, with `\n` or `\r\n`), each a list of its cells. Empty lines are
 * not records. What `toCsv` put before a text to keep it from being a formula is taken off again.
 * @throws CsvError for a quoted cell without an end, or with text after it.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const records: (readonly string[])[] = []
  for (let at = 0; at < text.length;) {
    const record = parseRecord(text, at)
    if (record === null) {
      throw new CsvError(`line ${linesIn(text, 0, at) + 1}: a cell's quotes are not in order.`)
    }
    if (record.cells.length > 1 || record.cells[0] !== '') records.push(record.cells)
    at = record.end
  }
  return records
}

/** The record that begins at a place of a text; `null` if a cell's quotes are not in order. */
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

/** How many lines end between two places of a text. */
export function linesIn(text: string, start: number, end: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    lines++
  }
  return lines
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

/** See `guard` in csv.ts. */
function unguarded(text: string): string {
  return text.startsWith("'") ? text.slice(1) : text
}
