import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, nearestNames } from './nearest-name.ts'
import { typoOf } from './load/testing/typo.ts'

const NAMES = ['response', 'completion', 'successRate', 'throughput', 'min', 'max']

test('a name with one slip is among the nearest', () => {
  fc.assert(
    fc.property(typoOf(NAMES), ({ meant, typo }) => {
      expect(nearestNames(typo, NAMES)).toContain(meant)
    }),
  )
})

test.each([
  ['respons', ['response']],
  ['repsonse', ['response']],
  ['SUCCESSRATE', ['successRate']],
  ['mix', ['min', 'max']],
  ['latency', []],
  ['', []],
])('nearest to "%s" is %j', (typo, nearest) => {
  expect(nearestNames(typo, NAMES)).toEqual(nearest)
})

test('suggests nothing if no name is near or no name is given', () => {
  expect(didYouMean('latency', NAMES)).toBe('')
  expect(didYouMean('x', [])).toBe('')
  expect(didYouMean('mix', NAMES)).toBe(' Did you mean "min" or "max"?')
})
