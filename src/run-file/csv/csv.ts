import { Parser } from '@json2csv/plainjs'

/** A column of a CSV file. Its label has the unit in it; its description is for the documentation. */
export interface Column<Row> {
  readonly label: string
  readonly description: string
  /** `null` is an empty cell. */
  readonly value: (row: Row) => string | number | boolean | null
}

/**
 * Rows as CSV (RFC 4180 with `\n`), a header first. Texts are quoted and numbers have all their
 * digits. A text that a spreadsheet would take for a formula gets a `'` in front, see `guard`.
 */
export function toCsv<Row extends object>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const parser = new Parser<Row, Row>({
    fields: columns.map(({ label, value }) => ({ label, value })),
    formatters: { header: (label) => label, string: (text) => quote(guard(text)) },
  })
  return `${parser.parse([...rows])}\n`
}

/**
 * Puts a `'` before a text that begins with `=`, `+`, `-`, `@` in any width, tab or a line end, so that no
 * spreadsheet runs what a scenario or a server's error happens to be called (OWASP, "CSV
 * Injection"); and before one that begins with `'`, so that taking one `'` away is always right.
 */
function guard(text: string): string {
  return /^[=+\-@＝＋－＠\t\r\n']/.test(text) ? `'${text}` : text
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
