import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { countDueBefore } from './arrivals.ts'
import { poisson } from './poisson.ts'

/** The seeds are fixed, so that a test that passes once passes always. */
const SEEDS = Array.from({ length: 400 }, (_, i) => i)
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

function startsOf(seed: number, length: number, rate = 1_000): readonly number[] {
  const arrivals = poisson(rate, { seed })
  return Array.from({ length }, (_, k) => arrivals(k))
}

/** Requests per window for each random seed, at 1,000/s. */
function countsOf(fromMs: number, lengthMs: number): readonly number[] {
  return SEEDS.map((seed) => {
    const arrivals = poisson(1_000, { seed })
    return countDueBefore(arrivals, fromMs + lengthMs) - countDueBefore(arrivals, fromMs)
  })
}

describe('Poisson arrivals', () => {
  test('are the same for the same seed and differ between seeds', () => {
    fc.assert(
      fc.property(seeds, seeds, (seed, other) => {
        expect(startsOf(seed, 1_200)).toEqual(startsOf(seed, 1_200))
        fc.pre(seed !== other)
        const others = new Set(startsOf(other, 1_200))
        expect(startsOf(seed, 1_200).filter((start) => others.has(start))).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  // Not for windows of a few: Poisson's distribution is too skewed there for bounds in σ.
  test.each([
    [300, 100],
    [512, 512],
    [700, 20_000],
  ])('from ms %d, have rate × %d ms requests within 4σ, for every seed', (fromMs, lengthMs) => {
    for (const count of countsOf(fromMs, lengthMs)) {
      expect(Math.abs(count - lengthMs)).toBeLessThanOrEqual(4 * Math.sqrt(lengthMs))
    }
  })

  // Windows shorter than, as long as, and much longer than the blocks they are made of.
  test.each([
    [0, 10],
    [507, 10],
    [300, 100],
    [512, 512],
    [700, 20_000],
  ])(
    'from ms %d, have rate × %d ms requests on average, with the variance of a Poisson process',
    (fromMs, lengthMs) => {
      const counts = countsOf(fromMs, lengthMs)
      const average = counts.reduce((sum, count) => sum + count, 0) / counts.length
      expect(Math.abs(average - lengthMs)).toBeLessThanOrEqual(
        4 * Math.sqrt(lengthMs / counts.length),
      )
      // The variance is the mean: Σ(count − mean)² / mean is χ² with as many degrees of freedom as seeds.
      const chiSquare = counts.reduce((sum, count) => sum + (count - lengthMs) ** 2 / lengthMs, 0)
      expect(Math.abs(chiSquare - counts.length)).toBeLessThanOrEqual(
        4 * Math.sqrt(2 * counts.length),
      )
    },
  )

  test('have exponential gaps within and across blocks', () => {
    const starts = startsOf(7, 100_000)
    const gaps = starts.map((start, k) => start - (starts[k - 1] ?? 0))
    const acrossBlocks = SEEDS.flatMap((seed) => {
      const arrivals = poisson(1_000, { seed })
      return Array.from({ length: 20 }, (_, b) => arrivals(512 * b + 512) - arrivals(512 * b + 511))
    })
    for (const sample of [gaps, acrossBlocks]) {
      // Kolmogorov and Smirnov: √n·D exceeds 1.95 in one of a thousand samples.
      expect(Math.sqrt(sample.length) * distanceFromExponential(sample)).toBeLessThan(1.95)
    }
  })

  test('have independent gaps', () => {
    const starts = startsOf(11, 100_000)
    const gaps = starts.map((start, k) => start - (starts[k - 1] ?? 0) - 1)
    const product = gaps.reduce((sum, gap, k) => sum + gap * (gaps[k + 1] ?? 0), 0)
    // The gaps' variance is 1, so that of the mean product is 1/n.
    expect(Math.abs(product / gaps.length)).toBeLessThan(4 / Math.sqrt(gaps.length))
  })

  test('are found far into a schedule without computing the requests before', () => {
    const arrivals = poisson(10_000, { seed: 3 })
    const mean = 100_000_000 / 10
    expect(Math.abs(arrivals(100_000_000) - mean)).toBeLessThan(4 * Math.sqrt(1e8) * 0.1)
  })

  test.each([-1, 0.5, 2 ** 32, Number.NaN])('reject a seed of %s', (seed) => {
    expect(() => poisson(1, { seed })).toThrow(InputError)
    expect(() => poisson(1, { seed })).toThrow(/^poisson: seed/)
  })

  test('reject a rate of 0/s', () => {
    expect(() => poisson(0)).toThrow(/^poisson: rate: 0/)
  })
})

/** Greatest difference between the sample's distribution and the exponential one of mean 1. */
function distanceFromExponential(sample: readonly number[]): number {
  const sorted = Float64Array.from(sample).sort()
  return sorted.reduce((distance, gap, i) => {
    const expected = 1 - Math.exp(-gap)
    const below = Math.abs(expected - i / sorted.length)
    return Math.max(distance, below, Math.abs(expected - (i + 1) / sorted.length))
  }, 0)
}
