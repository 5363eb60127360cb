import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalScores } from './normal-scores.ts'

const values = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 60 })

test('scores three values as the tables do', () => {
  // Φ⁻¹(0.625 / 3.25) = Φ⁻¹(0.1923)
  expect([...normalScores([30, 10, 20])].map((score) => score.toFixed(4))).toEqual([
    '0.8694',
    '-0.8694',
    '0.0000',
  ])
})

test('scores depend on the order only, and negated values have negated scores', () => {
  fc.assert(
    fc.property(values, (some) => {
      const scores = [...normalScores(some)]
      expect([...normalScores(some.map((value) => value ** 3 + 7))]).toEqual(scores)
      const negated = [...normalScores(some.map((value) => -value))]
      expect(negated.map((score) => 0 - score)).toEqual(scores.map((score) => score + 0))
      for (const [k, score] of scores.entries()) {
        expect(
          scores.every(
            (other, j) => Math.sign(score - other) === Math.sign((some[k] ?? 0) - (some[j] ?? 0)),
          ),
        ).toBe(true)
      }
    }),
  )
})
