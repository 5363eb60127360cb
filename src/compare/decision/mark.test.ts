import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalDraws, randomStream, type Draw } from '../../stats/random.ts'
import { markOccurrences, markProportion, type Mark, type Measured } from './mark.ts'

interface Draws {
  readonly uniform: Draw
  readonly normal: Draw
}

function drawsOf(seed: number): Draws {
  return { uniform: randomStream(seed, 0), normal: normalDraws(randomStream(seed, 1)) }
}

interface Noise {
  readonly seconds: number
  /** Correlation of one second with the next (AR(1)). */
  readonly correlation: number
  /** Ratio of the seconds that take 2.7 times as long. */
  readonly spikes: number
}

/** Per-second figures around 1 ms that scatter by 10 %, and their mean as the whole run's figure. */
function noisy({ seconds, correlation, spikes }: Noise, { uniform, normal }: Draws): Measured {
  let state = normal()
  const bySecond = Array.from({ length: seconds }, () => {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * normal()
    return Math.exp(0.1 * state + (uniform() < spikes ? 1 : 0))
  })
  return { overall: bySecond.reduce((sum, ms) => sum + ms, 0) / seconds, bySecond }
}

function slowed({ overall, bySecond }: Measured, factor: number): Measured {
  return { overall: overall * factor, bySecond: bySecond.map((ms) => ms * factor) }
}

/** The percentage of 2,000 pairs of runs that are marked, with the candidate slower by a factor. */
function markedPercent(noise: Noise, factor: number): number {
  const draws = drawsOf(20_260_102)
  let marked = 0
  for (let i = 0; i < 2_000; i++) {
    const candidate = slowed(noisy(noise, draws), factor)
    if (markProportion(noisy(noise, draws), candidate).kind === 'worth a look') marked++
  }
  return marked / 20
}

describe('maximum percentage of unchanged runs that are marked (simulated):', () => {
  test.each([
    [10, 0, 0, 0.4],
    [10, 0, 0.05, 0.4],
    [10, 0.5, 0, 1.4],
    [10, 0.5, 0.05, 1.4],
    [10, 0.8, 0, 8.5],
    [20, 0.5, 0, 0.3],
    [20, 0.8, 0, 2.5],
    [60, 0.5, 0.05, 0.1],
    [60, 0.8, 0, 0.4],
    [300, 0.8, 0.05, 0.1],
  ])('%s s, correlation %s, spikes %s: %s percent', (seconds, correlation, spikes, percent) => {
    expect(markedPercent({ seconds, correlation, spikes }, 1)).toBeLessThanOrEqual(percent)
  })
})

describe('minimum percentage of runs that became 30 % slower and are marked (simulated):', () => {
  test.each([
    [10, 0, 0, 50],
    [20, 0.5, 0, 50],
    [60, 0.5, 0.05, 65],
    [300, 0.8, 0, 95],
  ])('%s s, correlation %s, spikes %s: %s percent', (seconds, correlation, spikes, percent) => {
    expect(markedPercent({ seconds, correlation, spikes }, 1.3)).toBeGreaterThanOrEqual(percent)
  })
})

/** A run's service time of 1 ms, and its seconds' response times, which hold lateness of a median as well. */
function late(medianMs: number, factor: number, draws: Draws): Measured {
  const service = slowed(noisy({ seconds: 20, correlation: 0.5, spikes: 0 }, draws), factor)
  const latenessMs = () => medianMs * Math.exp(draws.normal() / 2)
  return { ...service, bySecond: service.bySecond.map((ms) => ms + latenessMs()) }
}

describe('a service time judged by response times per second (simulated)', () => {
  const markedOf = (candidate: (draws: Draws) => Measured, medianMs: number): number => {
    const draws = drawsOf(20_260_102)
    let marked = 0
    for (let i = 0; i < 1_000; i++) {
      if (markProportion(late(medianMs, 1, draws), candidate(draws)).kind === 'worth a look')
        marked++
    }
    return marked / 10
  }

  test.each([0.1, 0.5, 2])('three times a lateness of %s ms is marked in 0.5 %% at most', (ms) => {
    expect(markedOf((draws) => late(3 * ms, 1, draws), ms)).toBeLessThanOrEqual(0.5)
  })

  test.each([0.1, 0.5])(
    'three times the service time is found beside a lateness of %s ms',
    (ms) => {
      expect(markedOf((draws) => late(ms, 3, draws), ms)).toBeGreaterThanOrEqual(99)
    },
  )
})

const time = fc.double({ min: 0.01, max: 10_000, noNaN: true })
const measured: fc.Arbitrary<Measured> = fc.oneof(
  fc.record({ overall: time, bySecond: fc.array(time, { maxLength: 40 }) }),
  fc
    .record({
      seconds: fc.integer({ min: 10, max: 60 }),
      correlation: fc.double({ min: 0, max: 0.9, noNaN: true }),
      spikes: fc.constantFrom(0, 0.1),
      seed: fc.integer(),
      factor: fc.double({ min: 0.5, max: 2, noNaN: true }),
    })
    .map(({ seed, factor, ...noise }) => slowed(noisy(noise, drawsOf(seed)), factor)),
)

const turned = { higher: 'lower', lower: 'higher' } as const

function turnedAround(mark: Mark): Mark {
  return mark.kind === 'worth a look' ? { ...mark, direction: turned[mark.direction] } : mark
}

describe('a mark on times', () => {
  test('is reversed if the runs are swapped', () => {
    fc.assert(
      fc.property(measured, measured, (a, b) => {
        expect(markProportion(b, a)).toEqual(turnedAround(markProportion(a, b)))
      }),
    )
  })

  test('is the same in any unit', () => {
    fc.assert(
      fc.property(measured, measured, fc.constantFrom(2, 4, 8, 1_024), (a, b, factor) => {
        expect(markProportion(slowed(a, factor), slowed(b, factor))).toEqual(markProportion(a, b))
      }),
    )
  })

  test('never appears on a run compared with itself', () => {
    fc.assert(
      fc.property(measured, (a) => {
        expect(markProportion(a, a).kind).not.toBe('worth a look')
      }),
    )
  })

  test('needs the whole run and the typical second to differ: one bad second is not enough', () => {
    const even = { overall: 1, bySecond: Array.from({ length: 20 }, () => 1) }
    const oneBad = { overall: 3, bySecond: even.bySecond.with(7, 100) }
    expect(markProportion(even, oneBad)).toEqual({ kind: 'within spread' })
    expect(markProportion(even, slowed(even, 3))).toEqual({
      kind: 'worth a look',
      direction: 'higher',
    })
  })

  test('never appears below 5 %, however steady the runs are', () => {
    const even = { overall: 1, bySecond: Array.from({ length: 20 }, () => 1) }
    expect(markProportion(even, slowed(even, 1.04)).kind).toBe('within spread')
    expect(markProportion(even, slowed(even, 1.06)).kind).toBe('worth a look')
  })

  test('needs ten seconds of each run', () => {
    const short = { overall: 1, bySecond: Array.from({ length: 9 }, () => 1) }
    expect(markProportion(short, slowed(short, 9))).toEqual({
      kind: 'not judged',
      why: 'requests in fewer than 10 seconds',
    })
  })
})

describe('a mark on errors', () => {
  test('is reversed if the runs are swapped, and never appears on a run compared with itself', () => {
    const occurrences = fc
      .record({ of: fc.integer({ min: 0, max: 10_000 }), bySecond: fc.array(fc.nat(50)) })
      .map(({ of, bySecond }) => {
        const count = Math.min(
          of,
          bySecond.reduce((sum, each) => sum + each, 0),
        )
        return { of, count, bySecond }
      })
    fc.assert(
      fc.property(occurrences, occurrences, (a, b) => {
        expect(markOccurrences(b, a)).toEqual(turnedAround(markOccurrences(a, b)))
        expect(markOccurrences(a, a).kind).not.toBe('worth a look')
      }),
    )
  })

  test('appears for 1 in 200 of 10,000 requests, but not for 3 in 1,000', () => {
    const none = { count: 0, of: 10_000, bySecond: [] }
    expect(markOccurrences(none, { ...none, count: 50 }).kind).toBe('worth a look')
    expect(markOccurrences({ ...none, of: 1_000 }, { ...none, of: 1_000, count: 3 }).kind).toBe(
      'within spread',
    )
  })

  test('allows for one burst of failures', () => {
    const none = { count: 0, of: 10_000, bySecond: Array.from({ length: 100 }, () => 0) }
    const burst = { ...none, count: 50, bySecond: none.bySecond.with(3, 50) }
    expect(markOccurrences(none, burst).kind).toBe('within spread')
    const steady = { ...burst, bySecond: none.bySecond.map((_, i) => i % 2) }
    expect(markOccurrences(none, steady).kind).toBe('worth a look')
  })

  test('appears on at most 0.5 % of runs with equal random failures (simulated)', () => {
    const { uniform } = drawsOf(7)
    const run = () => {
      const bySecond = Array.from({ length: 20 }, () => {
        return Array.from({ length: 100 }, uniform).filter((draw) => draw < 0.01).length
      })
      return { count: bySecond.reduce((sum, each) => sum + each, 0), of: 2_000, bySecond }
    }
    let marked = 0
    for (let i = 0; i < 1_000; i++)
      if (markOccurrences(run(), run()).kind === 'worth a look') marked++
    expect(marked).toBeLessThanOrEqual(5)
  })
})
