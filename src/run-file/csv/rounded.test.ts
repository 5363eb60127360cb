import { expect, test } from 'vitest'
import { roundedMs, roundedRate, roundedRatio } from './rounded.ts'

test('times are in µs, ratios in millionths', () => {
  expect([1.234_56, 0, null, 1e300].map(roundedMs)).toEqual([1.235, 0, null, 1e300])
  expect([1 / 3, 1, null].map(roundedRatio)).toEqual([0.333_333, 1, null])
})

test('rates are in tenths, small ones to three digits', () => {
  const rates = [1_234.56, 199.96, 12.34, 1 / 3, 0.012_345, 0, null, 5e-324, 1e20]
  expect(rates.map(roundedRate)).toEqual([1_234.6, 200, 12.3, 0.333, 0.0123, 0, null, 0, 1e20])
})
