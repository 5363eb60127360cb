import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findingOf, type Question } from './evidence.ts'
import type { Pair } from './round-pairs.ts'

const RELATIVE: Question = { effect: 0.05, limit: 0.1, alpha: 0.0125, confidence: 0.975 }
const SHARE: Question = { effect: 0.0025, limit: 0.005, alpha: 0.0125, confidence: 0.975 }

type Pairs = readonly [Pair, ...Pair[]]

const ms = fc.double({ min: 0.5, max: 2, noNaN: true })
const timePairs: fc.Arbitrary<Pairs> = pairsOf('time', ms)
const sharePairs: fc.Arbitrary<Pairs> = pairsOf(
  'share',
  fc.integer({ min: 0, max: 9 }).map((n) => n / 512),
)

function pairsOf(unit: Pair['unit'], value: fc.Arbitrary<number>): fc.Arbitrary<Pairs> {
  const pair = fc
    .tuple(value, value)
    .map(([baseline, candidate]): Pair => pairOf(unit, baseline, candidate))
  return fc.tuple(pair, fc.array(pair, { maxLength: 19 })).map(([first, rest]) => [first, ...rest])
}

function pairOf(unit: Pair['unit'], baseline: number, candidate: number): Pair {
  return { kind: 'pair', unit, baseline, candidate, weight: 512 }
}

function map(pairs: Pairs, change: (pair: Pair) => Pair): Pairs {
  const [first, ...rest] = pairs
  return [change(first), ...rest.map(change)]
}

test.each([
  ['times', timePairs, RELATIVE],
  ['shares', sharePairs, SHARE],
] as const)('of %s, swapping the arms mirrors everything', (_, arbitrary, question) => {
  fc.assert(
    fc.property(arbitrary, (pairs) => {
      const there = findingOf(pairs, question)
      const back = findingOf(
        map(pairs, (pair) => pairOf(pair.unit, pair.candidate, pair.baseline)),
        question,
      )
      const mirror = { regression: 'improvement', improvement: 'regression' } as const
      expect(back.change).toBe(there.change && mirror[there.change])
      expect(back.evidence.pBetter).toBeCloseTo(there.evidence.pWorse, 12)
      expect(back.evidence.pWorse).toBeCloseTo(there.evidence.pBetter, 12)
      const opposite = (value: number | null): number | null => {
        if (value === null) return null
        return question === RELATIVE ? 1 / (1 + value) - 1 : 0 - value
      }
      expect(back.evidence.estimate).toBeCloseTo(opposite(there.evidence.estimate) ?? NaN, 9)
      const [lower, upper] = [opposite(there.evidence.upper), opposite(there.evidence.lower)]
      expect(back.evidence.lower).toEqual(lower === null ? null : expect.closeTo(lower, 9))
      expect(back.evidence.upper).toEqual(upper === null ? null : expect.closeTo(upper, 9))
    }),
  )
})

test('measuring times in another unit changes nothing', () => {
  fc.assert(
    fc.property(timePairs, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (pairs, factor) => {
      const one = findingOf(pairs, RELATIVE)
      const other = findingOf(
        map(pairs, ({ baseline, candidate }) =>
          pairOf('time', baseline * factor, candidate * factor),
        ),
        RELATIVE,
      )
      expect(other.change).toBe(one.change)
      expect(other.isPass).toBe(one.isPass)
      expect(other.evidence.estimate).toBeCloseTo(one.evidence.estimate, 9)
      expect(other.evidence.lower ?? -1).toBeCloseTo(one.evidence.lower ?? -1, 9)
      expect(other.evidence.upper ?? -1).toBeCloseTo(one.evidence.upper ?? -1, 9)
    }),
  )
})

test('the same rounds once more never widen the interval', () => {
  fc.assert(
    fc.property(timePairs, (pairs) => {
      const once = findingOf(pairs, RELATIVE).evidence
      const twice = findingOf([...pairs, ...pairs], RELATIVE).evidence
      expect(twice.lower ?? -Infinity).toBeGreaterThanOrEqual(once.lower ?? -Infinity)
      expect(twice.upper ?? Infinity).toBeLessThanOrEqual(once.upper ?? Infinity)
    }),
  )
})

/** Rounds no two of which show the same change. */
const distinctPairs: fc.Arbitrary<Pairs> = fc
  .uniqueArray(fc.integer({ min: -300, max: 300 }), { minLength: 7, maxLength: 20 })
  .map((perMille) => perMille.map((change) => pairOf('time', 1, Math.exp(change / 1_000))))
  .map(([first = pairOf('time', 1, 1), ...rest]) => [first, ...rest])

test('the smallest effect is what would have been found at this scatter, and nothing below it', () => {
  fc.assert(
    fc.property(distinctPairs, (pairs) => {
      const { estimate, smallestEffect } = findingOf(pairs, RELATIVE).evidence
      if (smallestEffect === null) throw new TypeError('seven rounds are enough')
      const shifted = (effect: number) =>
        findingOf(
          map(pairs, ({ candidate }) =>
            pairOf('time', 1, (candidate / (1 + estimate)) * (1 + effect)),
          ),
          RELATIVE,
        ).change
      expect(shifted(smallestEffect * 1.001)).toBe('regression')
      expect(shifted(smallestEffect * 0.999)).toBe(null)
    }),
  )
})

test('six rounds bound nothing, whatever they show', () => {
  const pair = pairOf('time', 1, 1.5)
  const { evidence, change, isPass } = findingOf([pair, pair, pair, pair, pair, pair], RELATIVE)
  expect(evidence).toMatchObject({ lower: null, upper: null, smallestEffect: null })
  expect({ change, isPass }).toEqual({ change: null, isPass: false })
})

test('one round in twenty that lost everything is no pass, though the interval does not see it', () => {
  const quiet = Array.from({ length: 19 }, () => pairOf('share', 0, 0))
  const { evidence, isPass } = findingOf([pairOf('share', 0, 1), ...quiet], SHARE)
  expect(evidence.upper).toBe(0)
  expect(isPass).toBe(false)
})

test('no errors at all on either side are a pass', () => {
  const quiet = Array.from({ length: 6 }, () => pairOf('share', 0, 0))
  const { isPass, change } = findingOf([pairOf('share', 0, 0), ...quiet], SHARE)
  expect({ isPass, change }).toEqual({ isPass: true, change: null })
})
