/** A text that is not CSV. The message says on which line. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
}

/**
 * The records of a CSV text (RFC 4180, with `\n` or `\r\n`), each a list of its cells. Empty lines are
 * none. What `toCsv` put before a text to keep it from being a formula is taken off again.
 * @throws CsvError for a quoted cell without an end, or with text after it.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = []
  let record: string[] = []
  let line = 1
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy
  while (cells.lastIndex < text.length) {
    const match = cells.exec(text)
    if (match === null) throw new CsvError(`line ${line}: a cell's quotes are not in order.`)
    const [whole, quoted, plain = '', end] = match
    record.push(unguarded(quoted?.replaceAll('""', '"') ?? plain))
    line += whole.split('\n').length - 1
    if (end === ',') continue
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  if (record.length > 0) records.push([...record, ''])
  return records
}

/** See `guard` in csv.ts. */
function unguarded(text: string): string {
  return text.startsWith("'") ? text.slice(1) : text
}
