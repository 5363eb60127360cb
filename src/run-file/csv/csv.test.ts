import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryText } from '../testing/arbitrary-run.ts'
import { parseRecord, toCsv } from './csv.ts'

/** The cells of all records of a text; throws at the first one whose quotes are not in order. */
function cellsIn(text: string): readonly (readonly string[])[] {
  const records: (readonly string[])[] = []
  for (let at = 0; at < text.length;) {
    const record = parseRecord(text, at)
    if (record === null) throw new Error(`quotes are not in order at ${at}`)
    records.push(record.cells)
    at = record.end
  }
  return records
}

describe('CSV', () => {
  test('reads back as it was written, whatever its texts hold', () => {
    const row = fc.record({ a: arbitraryText, b: fc.integer(), c: fc.option(arbitraryText) })
    const columns = (['a', 'b', 'c'] as const).map((name) => ({
      label: name,
      description: name,
      value: (of: { a: string; b: number; c: string | null }) => of[name],
    }))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const cells = rows.map(({ a, b, c }) => [a, String(b), c ?? ''])
        expect(cellsIn(toCsv(columns, rows))).toEqual([['a', 'b', 'c'], ...cells])
      }),
    )
  })

  test('may have either line end, empty lines and no last line end', () => {
    expect(cellsIn('a,b\r\n\r\n1,"x\r\ny"\n\n2,')).toEqual([
      ['a', 'b'],
      [''],
      ['1', 'x\r\ny'],
      [''],
      ['2', ''],
    ])
  })

  test('says whether a record ends with its line', () => {
    expect(parseRecord('a\n', 0)).toMatchObject({ end: 2, isEnded: true })
    expect(parseRecord('a', 0)).toMatchObject({ end: 1, isEnded: false })
  })

  test.each(['"c', '"b"c\n', 'a"b'])('refuses %j, whose quotes are out of order', (text) => {
    expect(parseRecord(text, 0)).toBeNull()
  })
})
