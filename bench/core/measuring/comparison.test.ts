import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureFigure, renderFigures, US, type Figure } from './figures.ts'
import { assertReached, doubts, judge, type Judged, type Outcome } from './outcome.ts'
import { interleave, type Sample, type Samples } from './interleave.ts'
import { benchmarkOf } from './benchmark-statistics.ts'
import { medianOf } from '../../../src/stats/quantile.ts'

test('runs every contender once per round, prepared each time, without samples of the warm-up', async () => {
  const log: string[] = []
  const note = (what: string) => async () => void log.push(what)
  const samples = await interleave(
    [
      { name: 'a', before: note('before a'), run: note('a') },
      { name: 'b', run: note('b') },
    ],
    { rounds: 5, warmUpRounds: 2 },
  )
  expect(log.filter((what) => what === 'a')).toHaveLength(7)
  expect(log.filter((what) => what === 'b')).toHaveLength(7)
  for (const [at, what] of log.entries()) if (what === 'before a') expect(log[at + 1]).toBe('a')
  for (const contender of ['a', 'b']) {
    expect(samples.get(contender)?.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4])
  }
})

test('runs a slow contender in some rounds only', async () => {
  const samples = await interleave([{ name: 'long', every: 3, run: async () => {} }], {
    rounds: 7,
    warmUpRounds: 4,
  })
  expect(samples.get('long')?.map(({ round }) => round)).toEqual([0, 3, 6])
})

test("a sample is per call, and uses the contender's own time if it reports one", async () => {
  const samples = await interleave([{ name: 'own', calls: 4, run: async () => 10 }], {
    rounds: 1,
    warmUpRounds: 0,
  })
  expect(samples.get('own')).toEqual([{ round: 0, ms: 2.5 }])
})

test('a benchmark has the statistics of its samples', () => {
  const { latency, throughput, period, totalTime } = benchmarkOf(samplesOf([4, 1, 3, 2, 10]))
  expect(latency).toMatchObject({ mean: 4, min: 1, max: 10, p50: 3, p75: 4, samplesCount: 5 })
  expect(latency.sd).toBeCloseTo(Math.sqrt(12.5))
  expect(latency.mad).toBe(1)
  expect(throughput.max).toBe(1_000)
  expect([period, totalTime]).toEqual([4, 20])
})

test('half of the values are at most the median, and half at least', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(values, (all) => {
      const median = medianOf(all)
      expect(all.filter((value) => value <= median).length).toBeGreaterThanOrEqual(all.length / 2)
      expect(all.filter((value) => value >= median).length).toBeGreaterThanOrEqual(all.length / 2)
    }),
  )
})

const samples: Samples = new Map([
  ['slow', samplesOf([40, 40, 40, 40, 80])],
  ['quick', samplesOf([10, 10, 10, 10, 10])],
])

test.each<{ must: Figure['must']; outcome: Outcome }>([
  { must: { atLeast: 4 }, outcome: 'reached' },
  { must: { atLeast: 4.1 }, outcome: 'inconclusive' },
  { must: { atLeast: 8.1 }, outcome: 'not reached' },
  { must: { atMost: 4 }, outcome: 'reached' },
  { must: { atMost: 3.9 }, outcome: 'not reached' },
])('a ratio of 4, and of 8 in a part, that must be $must is $outcome', ({ must, outcome }) => {
  const figure: Figure = { what: 'slow by quick', ratio: ['slow', 'quick'], must }
  expect(measureFigure(figure, samples)).toEqual({ value: 4, range: [4, 8], outcome })
})

test('a figure within its bound is reached, and one beyond it in every part is not', () => {
  const values = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 5 })
  fc.assert(
    fc.property(values, fc.double({ min: 0.1, max: 10, noNaN: true }), (parts, bound) => {
      const outcome = judge(medianOf(parts), parts, (value) => value <= bound)
      if (medianOf(parts) <= bound) expect(outcome).toBe('reached')
      else expect(outcome === 'not reached').toBe(Math.min(...parts) > bound)
    }),
  )
})

test('the assertion names exactly the figures that are not reached', () => {
  const figures: Judged[] = [
    { says: 'one: 2, must be ≤ 3', outcome: 'reached' },
    { says: 'two: 4, must be ≤ 3', outcome: 'not reached' },
    { says: 'three: 4, must be ≤ 3', outcome: 'inconclusive' },
  ]
  expect(() => assertReached(figures)).toThrow(/^NOT REACHED:\n {2}two: 4, must be ≤ 3$/)
  assertReached(figures.filter(({ outcome }) => outcome !== 'not reached'))
  expect(doubts(figures)).toMatch(/^INCONCLUSIVE.*:\n {2}three: 4, must be ≤ 3$/)
  expect(doubts(figures.slice(0, 2))).toBeNull()
})

test('prints a figure beside its bound', () => {
  const figure: Figure = { what: 'slow by quick', ratio: ['slow', 'quick'], must: { atMost: 3 } }
  const [, row] = renderFigures([figure], samples).split('\n')
  expect(row?.trim().split(/ {2,}/)).toEqual([
    'slow by quick',
    '4.00',
    '≤ 3',
    '4.00 to 8.00',
    'NOT REACHED',
  ])
})

test('a time in a unit is judged as a ratio is', () => {
  const figure: Figure = { what: 'quick, in µs', ratio: ['quick', US], must: { atMost: 10_000 } }
  expect(measureFigure(figure, samples)).toMatchObject({ outcome: 'reached' })
  expect(measureFigure(figure, samples).value).toBeCloseTo(10_000)
})

test('refuses a figure of a contender that was not measured', () => {
  const figure: Figure = { what: '', ratio: ['slow', 'absent'], must: { atMost: 3 } }
  expect(() => measureFigure(figure, samples)).toThrow(RangeError)
})

function samplesOf(values: readonly number[]): readonly Sample[] {
  return values.map((ms, round) => ({ round, ms }))
}
