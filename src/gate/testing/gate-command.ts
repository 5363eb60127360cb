import { comparisonOf, type Comparison, type OperationMetric } from '../decision/metric.ts'
import type { GateRound, Reading } from '../decision/round.ts'
import type { VersionName } from '../versions/both.ts'

/** Comparisons and rounds for tests. */

export const P50 = {
  kind: 'latency',
  time: 'service',
  percentile: 50,
} as const satisfies OperationMetric

export const latency = comparisonOf('register', 'register', P50, true)
export const errors = comparisonOf('register', 'register', { kind: 'errors' }, true)

export function time(ms: number, requests = 2_000): Reading {
  return { kind: 'time', ms, requests }
}

export function share(count: number, of = 2_000): Reading {
  return { kind: 'share', count, of }
}

/** The version that is first in a round: they alternate. */
export function firstIn(round: number): VersionName {
  return round % 2 === 0 ? 'baseline' : 'candidate'
}

/** Rounds with readings of one comparison. */
export function roundsOf(
  { id }: Comparison,
  pairs: readonly (readonly [Reading, Reading])[],
): readonly GateRound[] {
  return pairs.map(([baseline, candidate], round) => ({
    first: firstIn(round),
    baseline: { [id]: baseline },
    candidate: { [id]: candidate },
  }))
}

/**
 * Rounds whose candidate takes `ratio` times as long, give or take: the ratios are spread evenly
 * over ±`spread`, in an order that favours neither the first nor the last rounds.
 */
export function timeRounds(count: number, ratio: number, spread = 0.02): readonly GateRound[] {
  return roundsOf(
    latency,
    Array.from({ length: count }, (_, i) => {
      const place = (((i * 3) % count) + 0.5) / count
      return [time(1 + i / 100), time((1 + i / 100) * ratio * Math.exp(spread * (2 * place - 1)))]
    }),
  )
}

/** Both versions of each round, swapped. */
export function swapped(rounds: readonly GateRound[]): readonly GateRound[] {
  return rounds.map(({ first, baseline, candidate }) => ({
    first: first === 'baseline' ? 'candidate' : 'baseline',
    baseline: candidate,
    candidate: baseline,
  }))
}
