import fc from 'fast-check'
import type { Duration } from '../duration.ts'
import type { Arrivals } from '../arrivals/arrivals.ts'
import { burst } from '../arrivals/burst.ts'
import { constant } from '../arrivals/constant.ts'
import { poisson } from '../arrivals/poisson.ts'
import { ramp } from '../arrivals/ramp.ts'
import { shardOf } from '../arrivals/shard.ts'
import { sine } from '../arrivals/sine.ts'
import { stages } from '../arrivals/stages.ts'
import { steps } from '../arrivals/steps.ts'

/** Random arrivals of every kind, for property tests. */

/** Arrivals with the expected count, computed from the rate rather than from its inverse. */
export interface RatedArrivals {
  readonly make: () => Arrivals
  /** ∫rate from 0 to `ms`: requests due by then, possibly fractional. */
  readonly dueBy: (ms: number) => number
}

const rate = fc.oneof(
  fc.double({ min: 0.01, max: 50_000, noNaN: true }),
  fc.integer({ min: 1, max: 50_000 }),
  // Thirds and sevenths make counts that don't come out even.
  fc.tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom(3, 7, 10)).map(([n, d]) => n / d),
)
const rateOr0 = fc.oneof({ weight: 3, arbitrary: rate }, { weight: 1, arbitrary: fc.constant(0) })
const ms = fc.oneof(fc.integer({ min: 1, max: 120_000 }), fc.constantFrom(1, 1_000, 10_000, 60_000))

function duration(lengthMs: number): Duration {
  return `${lengthMs}ms`
}

const constants: fc.Arbitrary<RatedArrivals> = rate.map((perSecond) => ({
  make: () => constant(perSecond),
  dueBy: (t) => (perSecond * t) / 1_000,
}))

const ramps: fc.Arbitrary<RatedArrivals> = fc
  .tuple(rateOr0, rateOr0, ms)
  .filter(([from, to]) => from + to > 0)
  .map(([from, to, over]) => ({
    make: () => ramp(from, to, duration(over)),
    dueBy: (t) => {
      const ramped = Math.min(t, over)
      const rateThen = from + ((to - from) * ramped) / over
      return (((from + rateThen) / 2) * ramped + to * (t - ramped)) / 1_000
    },
  }))

const stepLists: fc.Arbitrary<RatedArrivals> = fc
  .array(fc.record({ rate: rateOr0, ms }), { minLength: 1, maxLength: 8 })
  .filter((list) => list.some((step) => step.rate > 0))
  .map((list) => ({
    make: () => steps(list.map((step) => ({ rate: step.rate, for: duration(step.ms) }))),
    dueBy: (t) => {
      let left = t
      let due = 0
      for (const step of list) {
        const lasted = Math.min(left, step.ms)
        due += (step.rate * lasted) / 1_000
        left -= lasted
      }
      return due
    },
  }))

const bursts: fc.Arbitrary<RatedArrivals> = fc
  .record({ rate, for: ms, pause: fc.oneof(ms, fc.constant(0)), base: rateOr0 })
  .map(({ rate: perSecond, for: burstMs, pause, base }) => ({
    make: () =>
      burst({ rate: perSecond, for: duration(burstMs), every: duration(burstMs + pause), base }),
    dueBy: (t) => {
      const cycles = Math.floor(t / (burstMs + pause))
      const since = t - cycles * (burstMs + pause)
      const inBursts = cycles * burstMs + Math.min(since, burstMs)
      return (perSecond * inBursts + base * (t - inBursts)) / 1_000
    },
  }))

const sines: fc.Arbitrary<RatedArrivals> = fc
  .record({
    mean: rate,
    swing: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    period: ms,
  })
  .map(({ mean, swing, period }) => ({
    make: () => sine({ mean, amplitude: mean * swing, period: duration(period) }),
    dueBy: (t) => {
      const angle = (2 * Math.PI * t) / period
      const extra = ((mean * swing * period) / (2 * Math.PI)) * (1 - Math.cos(angle))
      return (mean * t + extra) / 1_000
    },
  }))

/** Arrivals whose count in any window is ∫rate, give or take one. */
export const ratedArrivals: fc.Arbitrary<RatedArrivals> = fc.oneof(
  constants,
  ramps,
  stepLists,
  bursts,
  sines,
)

const simple: fc.Arbitrary<() => Arrivals> = fc.oneof(
  { weight: 5, arbitrary: ratedArrivals.map(({ make }) => make) },
  {
    weight: 1,
    arbitrary: fc.tuple(rate, fc.integer({ min: 0, max: 2 ** 32 - 1 })).map(
      ([perSecond, seed]) =>
        () =>
          poisson(perSecond, { seed }),
    ),
  },
)

const staged: fc.Arbitrary<() => Arrivals> = fc
  .array(fc.tuple(simple, fc.integer({ min: 1, max: 5_000 })), { minLength: 1, maxLength: 4 })
  .map(
    (list) => () =>
      stages([
        ...list.map(([make, lengthMs]) => ({ arrivals: make(), for: duration(lengthMs) })),
        { arrivals: constant(1), for: '1s' },
      ]),
  )

const shared: fc.Arbitrary<() => Arrivals> = fc
  .tuple(simple, fc.integer({ min: 1, max: 5 }), fc.nat(4))
  .map(
    ([make, of, index]) =>
      () =>
        shardOf(make(), { index: index % of, of }),
  )

/** Arrivals of any kind, sequences and shards included; each `make` makes the same schedule anew. */
export const anyArrivals: fc.Arbitrary<() => Arrivals> = fc.oneof(
  { weight: 4, arbitrary: simple },
  { weight: 1, arbitrary: staged },
  { weight: 1, arbitrary: shared },
)
