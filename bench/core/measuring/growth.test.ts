import fc from 'fast-check'
import { expect, test } from 'vitest'
import { growthOf, growthSizes, judgeGrowth, renderGrowth, type GrowthCase } from './growth.ts'
import { measureGrowth } from './measure-growth.ts'

const SIZES = [100, 1_000, 10_000, 100_000]

const constant: GrowthCase = {
  what: 'call',
  law: 'constant',
  prepare: async () => ({ run: async () => {} }),
}
const ownSize: GrowthCase = { ...constant, law: 'n log n' }

/** Samples of a cost by n in ms, each a little off. */
function samplesOf(costOf: (n: number) => number, sizes: readonly number[] = SIZES, rounds = 10) {
  const noise = [0.95, 1, 1.02, 0.98, 1.05]
  const samplesAt = (size: number) =>
    Array.from({ length: rounds }, (_, round) => ({
      round,
      ms: costOf(size) * (noise[round % noise.length] ?? 1),
    }))
  return new Map(sizes.map((size) => [size, samplesAt(size)]))
}

test.each<[string, GrowthCase, (n: number) => number, string]>([
  ['is the same', constant, () => 1, 'reached'],
  ['falls', constant, (n) => 1 + 100 / n, 'reached'],
  ['begins to grow at the largest n', constant, (n) => 1 + n / 100_000, 'not reached'],
  ['grows with n', constant, (n) => n / 1_000, 'not reached'],
  ['grows with n', ownSize, (n) => 1 + n / 1_000, 'reached'],
  ['grows with n log n', ownSize, (n) => (n * Math.log(n)) / 1_000, 'reached'],
  ['is quadratic', ownSize, (n) => 100 + n ** 2 / 1e6, 'not reached'],
  ['is mostly quadratic at the largest n', ownSize, (n) => n + (4 * n ** 2) / 1e5, 'not reached'],
])('a cost that %s is judged by its law', (_, growthCase, costOf, outcome) => {
  expect(growthOf(growthCase, samplesOf(costOf))).toMatchObject({ outcome })
})

test('measures the exponent of a power of n, whatever the constant', () => {
  const factor = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
  const power = fc.double({ min: 0, max: 3, noNaN: true })
  fc.assert(
    fc.property(factor, power, (by, k) => {
      const { exponent } = growthOf(
        ownSize,
        samplesOf((n) => by * n ** k),
      )
      expect(exponent).toBeCloseTo(k, 6)
    }),
  )
})

test('a size that happens to be quick does not make the next one look slower', () => {
  const samples = samplesOf((n) => (n === 10_000 ? 1 : 2))
  expect(growthOf(constant, samples)).toMatchObject({ exponent: 0, outcome: 'reached' })
})

test('a disturbance in one part of the measurement causes no failure', () => {
  const samples = samplesOf(() => 1)
  const disturbed = samples.get(100_000)?.map(({ round, ms }) => ({
    round,
    ms: round < 8 ? 10 * ms : ms,
  }))
  const { outcome } = growthOf(constant, new Map([...samples, [100_000, disturbed ?? []]]))
  expect(outcome).toBe('inconclusive')
})

test('refuses a single size, or a size without samples', () => {
  expect(() =>
    growthOf(
      constant,
      samplesOf(() => 1, [100]),
    ),
  ).toThrow(RangeError)
  expect(() => growthOf(constant, new Map([...samplesOf(() => 1), [1e6, []]]))).toThrow(RangeError)
})

test('prints a case with its costs, exponent, bound and reason for growth', () => {
  const samples = samplesOf((n) => n / 1_000, [100, 1_000])
  const inherent: GrowthCase = { ...ownSize, because: 'all is looked at' }
  const growth = growthOf(inherent, samples)
  const line = renderGrowth(inherent, [100, 1_000, 10_000], growth)
  expect(line.trim().split(/ {2,}/)).toEqual([
    'call',
    '98.0 µs',
    '980 µs',
    '–',
    '1.00',
    expect.stringMatching(/^n log n ≤ 1\.\d+$/),
    'reached, inherent: all is looked at',
  ])
  expect(judgeGrowth(inherent, growth).says).toMatch(
    /^call: n\^1\.00 at n = 1,000, must be n log n/,
  )
})

test('prepares every size, runs all equally often, and closes them', async () => {
  const log: string[] = []
  const { growth, samplesAtLargest } = await measureGrowth(
    {
      ...ownSize,
      upTo: 1_000,
      prepare: async (size) => ({
        before: async () => void log.push(`before ${size}`),
        run: () => new Promise((resolve) => setTimeout(resolve, size / 100)),
        close: async () => void log.push(`close ${size}`),
      }),
    },
    SIZES,
  )
  expect(growth.costs.map(({ size }) => size)).toEqual([100, 1_000])
  expect(samplesAtLargest.length).toBeGreaterThan(0)
  expect(log.filter((entry) => entry.startsWith('close'))).toEqual(['close 100', 'close 1000'])
})

test.each([
  [undefined, 100_000],
  ['', 100_000],
  ['1000', 1_000],
  ['1e6', 1_000_000],
])('BENCH_GROWTH_UP_TO=%s measures up to %d', (text, last) => {
  const sizes = growthSizes({ BENCH_GROWTH_UP_TO: text })
  expect(sizes[0]).toBe(100)
  expect(sizes.at(-1)).toBe(last)
})

test.each(['100', '2000', '1e8', 'many', '-1'])('BENCH_GROWTH_UP_TO=%s is refused', (text) => {
  expect(() => growthSizes({ BENCH_GROWTH_UP_TO: text })).toThrow(/BENCH_GROWTH_UP_TO/)
})
