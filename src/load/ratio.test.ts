import { expect, test } from 'vitest'
import { parseRatio } from './ratio.ts'

test.each([
  ['5%', 0.05],
  [' 0.05 ', 0.05],
  ['100 %', 1],
  ['0', 0],
  ['', Number.NaN],
  ['5 percent', Number.NaN],
  ['-1', Number.NaN],
  ['1e-2', Number.NaN],
])('%j is %d', (text, ratio) => {
  expect(parseRatio(text)).toBe(ratio)
})
