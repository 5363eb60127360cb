import { expect, test } from 'vitest'
import { fitted, sparkline } from './sparkline.ts'

test.each([
  ['from the lowest to the highest value', [1, 2, 3, 8], undefined, '▁▂▃█'],
  ['from zero, so that small changes look small', [90, 100, 91], 'zero', '▇█▇'],
  ['equal values at one height', [5, 5], undefined, '▄▄'],
  ['zeros at the bottom', [0, 0], 'zero', '▁▁'],
  ['nothing as a dot', [null, 1, Number.NaN, 2, Infinity], undefined, '·▁·█·'],
  ['no values as no characters', [], 'zero', ''],
] as const)('draws %s', (_, values, from, drawn) => {
  expect(sparkline(values, from)).toBe(drawn)
})

test('draws an hour of seconds', () => {
  const seconds = Array.from({ length: 200_000 }, (_, second) => second)
  expect(sparkline(seconds)).toHaveLength(200_000)
})

test('merges neighbours only if there are more values than room', () => {
  const highest = (values: readonly number[]): number => Math.max(...values)
  expect(fitted([3, 1, null], 3, highest)).toEqual([3, 1, null])
  expect(fitted([3, 1, 4, null, null, null, 7], 3, highest)).toEqual([3, 4, 7])
  expect(fitted([1, null, null, null], 2, highest)).toEqual([1, null])
})
