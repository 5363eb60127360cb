import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatValue } from './format-value.ts'

test.each([
  [12_345_678, 'bytes', '12,345,678 bytes'],
  [1_234.56, '', '1,234.6'],
  [3.14159, 'ms', '3.142 ms'],
  [0.0012, '', '0.0012'],
  [0, 'ms', '0 ms'],
  [-1e15, '', '-1000000000000000'],
  [1.23456e300, 'bytes', '1.235e+300 bytes'],
  [5e-324, '', '5e-324'],
])('%d %s reads %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text)
})

test('every number takes a few characters', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(formatValue(value).length).toBeLessThan(24)
    }),
  )
})
