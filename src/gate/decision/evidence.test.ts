import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findingOf, type Question } from './evidence.ts'
import { firstIn } from '../testing/gate-command.ts'
import type { VersionName } from '../versions/both.ts'
import type { Pair } from './round-pairs.ts'

const RELATIVE: Question = { effect: 0.05, limit: 0.1, alpha: 0.0286 }
const SHARE: Question = { effect: 0.0025, limit: 0.005, alpha: 0.0286 }

type Pairs = readonly [Pair, ...Pair[]]

const ms = fc.double({ min: 0.5, max: 2, noNaN: true })
const timePairs: fc.Arbitrary<Pairs> = pairsOf('time', ms)
const sharePairs: fc.Arbitrary<Pairs> = pairsOf(
  'share',
  fc.integer({ min: 0, max: 9 }).map((n) => n / 512),
)

function pairsOf(unit: Pair['unit'], value: fc.Arbitrary<number>): fc.Arbitrary<Pairs> {
  const pair = fc
    .tuple(value, value, fc.constantFrom<VersionName>('baseline', 'candidate'))
    .map(([baseline, candidate, first]): Pair => pairOf(unit, first, baseline, candidate))
  return fc.tuple(pair, fc.array(pair, { maxLength: 19 })).map(([first, rest]) => [first, ...rest])
}

function pairOf(unit: Pair['unit'], first: VersionName, baseline: number, candidate: number): Pair {
  return { kind: 'pair', unit, first, baseline, candidate, weight: 512, requests: 512 }
}

function otherVersion(version: VersionName): VersionName {
  return version === 'baseline' ? 'candidate' : 'baseline'
}

function map(pairs: Pairs, change: (pair: Pair) => Pair): Pairs {
  const [first, ...rest] = pairs
  return [change(first), ...rest.map(change)]
}

test.each([
  ['times', timePairs, RELATIVE],
  ['shares', sharePairs, SHARE],
] as const)('swapping the versions mirrors everything for %s', (_, arbitrary, question) => {
  fc.assert(
    fc.property(arbitrary, (pairs) => {
      const there = findingOf(pairs, question)
      const back = findingOf(
        map(pairs, (pair) =>
          pairOf(pair.unit, otherVersion(pair.first), pair.candidate, pair.baseline),
        ),
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

test('the unit of times has no influence', () => {
  fc.assert(
    fc.property(timePairs, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (pairs, factor) => {
      const one = findingOf(pairs, RELATIVE)
      const other = findingOf(
        map(pairs, ({ first, baseline, candidate }) =>
          pairOf('time', first, baseline * factor, candidate * factor),
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

test('repeating the same rounds never widens the interval', () => {
  fc.assert(
    fc.property(timePairs, (pairs) => {
      const once = findingOf(pairs, RELATIVE).evidence
      const twice = findingOf([...pairs, ...pairs], RELATIVE).evidence
      expect(twice.lower ?? -Infinity).toBeGreaterThanOrEqual(once.lower ?? -Infinity)
      expect(twice.upper ?? Infinity).toBeLessThanOrEqual(once.upper ?? Infinity)
    }),
  )
})

test.each([
  ['times', timePairs, RELATIVE],
  ['shares', sharePairs, SHARE],
] as const)('test, interval and displayed figure agree for %s', (_, arbitrary, question) => {
  fc.assert(
    fc.property(arbitrary, (pairs) => {
      const { change, evidence } = findingOf(pairs, question)
      const { baseline, candidate, estimate, lower, upper, pWorse, pBetter } = evidence
      if (change === 'regression') {
        expect(lower).toBeGreaterThan(0)
        expect(pWorse).toBeLessThanOrEqual(question.alpha)
      }
      if (change === 'improvement') {
        expect(upper).toBeLessThan(0)
        expect(pBetter).toBeLessThanOrEqual(question.alpha)
      }
      const shown = question === RELATIVE ? candidate / baseline - 1 : candidate - baseline
      expect(shown).toBeCloseTo(estimate, 9)
      expect(baseline).toBeGreaterThanOrEqual(0)
      expect(candidate).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('an effect of the order has no influence, however large', () => {
  const perMille = fc.integer({ min: -300, max: 300 })
  fc.assert(
    fc.property(fc.array(perMille, { minLength: 7, maxLength: 20 }), perMille, (changes, order) => {
      const findingWith = (effectOfOrder: number) => {
        const [first, ...rest] = changes.map((change, round) => {
          const sign = firstIn(round) === 'baseline' ? 1 : -1
          const candidate = Math.exp((change + sign * effectOfOrder) / 1_000)
          return pairOf('time', firstIn(round), 1, candidate)
        })
        return findingOf([first ?? pairOf('time', 'baseline', 1, 1), ...rest], RELATIVE)
      }
      const [there, without] = [findingWith(order), findingWith(0)]
      expect(there.change).toBe(without.change)
      expect(there.isPass).toBe(without.isPass)
      expect(there.evidence.estimate).toBeCloseTo(without.evidence.estimate, 9)
      expect(there.evidence.pWorse).toBeCloseTo(without.evidence.pWorse, 9)
      expect(there.evidence.scatter).toBeCloseTo(without.evidence.scatter ?? NaN, 9)
    }),
  )
})

test('six rounds never bound the change; seven may', () => {
  const of = (count: number): Pairs => {
    const pairs = Array.from({ length: count - 1 }, (_, i) =>
      pairOf('time', firstIn(i + 1), 1, 1.5),
    )
    return [pairOf('time', 'baseline', 1, 1.5), ...pairs]
  }
  const { evidence, change, isPass } = findingOf(of(6), RELATIVE)
  expect(evidence).toMatchObject({ lower: null, upper: null })
  expect({ change, isPass }).toEqual({ change: null, isPass: false })
  expect(findingOf(of(7), RELATIVE).change).toBe('regression')
})

test('rounds of only one order do not decide', () => {
  const pairs = Array.from({ length: 19 }, () => pairOf('time', 'baseline', 1, 1.5))
  const { evidence, change } = findingOf([pairOf('time', 'baseline', 1, 1.5), ...pairs], RELATIVE)
  expect(change).toBe(null)
  expect(evidence).toMatchObject({ estimate: expect.closeTo(0.5, 9), lower: null, pWorse: 1 })
})

test('one round in twenty that lost everything prevents a pass, although the interval misses it', () => {
  const quiet = Array.from({ length: 19 }, (_, i) => pairOf('share', firstIn(i + 1), 0, 0))
  const { evidence, isPass } = findingOf([pairOf('share', 'baseline', 0, 1), ...quiet], SHARE)
  expect(evidence.upper).toBe(0)
  expect(isPass).toBe(false)
})

test('no errors in either version are a pass', () => {
  const quiet = Array.from({ length: 6 }, (_, i) => pairOf('share', firstIn(i + 1), 0, 0))
  const { isPass, change } = findingOf([pairOf('share', 'baseline', 0, 0), ...quiet], SHARE)
  expect({ isPass, change }).toEqual({ isPass: true, change: null })
})
