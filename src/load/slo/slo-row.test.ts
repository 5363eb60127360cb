import { expect, test } from 'vitest'
import { formatRatio } from './slo-row.ts'

test.each([
  [0, '0.00 %'],
  [0.29, '29.00 %'],
  [0.9, '90.00 %'],
  [0.99999, '99.999 %'],
  [0.999999, '99.999 %'],
  [1, '100.00 %'],
])('a ratio of %d reads %s', (ratio, text) => {
  expect(formatRatio(ratio)).toBe(text)
})
