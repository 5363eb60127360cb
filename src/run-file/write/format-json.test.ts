import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatJson } from './format-json.ts'

test('is JSON of the same value, laid out alike except for lists of numbers', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = formatJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      const listOfNumbers = /\[\n\s+(?:-?[\d.e+-]+|null)(?:,\n\s+(?:-?[\d.e+-]+|null))*\n\s*\]/g
      const laidOut = JSON.stringify(value, null, 2).replace(listOfNumbers, (list) =>
        list.replaceAll(/\s+/g, ''),
      )
      expect(text).toBe(laidOut)
    }),
    { numRuns: 300 },
  )
})

test('puts a list of numbers on one line, and everything else on lines of its own', () => {
  const value = { second: [0, 1, 2], counts: [[1, 2], [], [null]], name: '[1,\n2]', none: {} }
  expect(formatJson(value).split('\n')).toEqual([
    '{',
    '  "second": [0,1,2],',
    '  "counts": [',
    '    [1,2],',
    '    [],',
    '    [null]',
    '  ],',
    String.raw`  "name": "[1,\n2]",`,
    '  "none": {}',
    '}',
  ])
})

test('takes the text of a known part as it is', () => {
  const part = { a: 1 }
  expect(formatJson([part, 'x'], '', (of) => (of === part ? 'known' : undefined))).toBe(
    '[\n  known,\n  "x"\n]',
  )
})
