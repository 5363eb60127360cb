import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryText } from '../testing/arbitrary-run.ts'
import { toCsv } from './csv.ts'
import { CsvError, parseCsv } from './parse-csv.ts'

describe('CSV', () => {
  test('is read as it was written, whatever is in its texts', () => {
    const row = fc.record({ a: arbitraryText, b: fc.integer(), c: fc.option(arbitraryText) })
    const columns = (['a', 'b', 'c'] as const).map((name) => ({
      label: name,
      description: name,
      value: (of: { a: string; b: number; c: string | null }) => of[name],
    }))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const cells = rows.map(({ a, b, c }) => [a, String(b), c ?? ''])
        expect(parseCsv(toCsv(columns, rows))).toEqual([['a', 'b', 'c'], ...cells])
      }),
    )
  })

  test('may have other line ends, empty lines and no last one', () => {
    expect(parseCsv('a,b\r\n\r\n1,"x\r\ny"\n\n2,')).toEqual([
      ['a', 'b'],
      ['1', 'x\r\ny'],
      ['2', ''],
    ])
    expect(parseCsv('')).toEqual([])
  })

  test.each([
    ['a\nb\n"c', 3],
    ['a\n"b"c\n', 2],
    ['a"b', 1],
  ])('%j has quotes out of order on line %d', (text, line) => {
    expect(() => parseCsv(text)).toThrow(CsvError)
    expect(() => parseCsv(text)).toThrow(`line ${line}: `)
  })
})
