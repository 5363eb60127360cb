import { medianOf } from '../../load/trend.ts'
import type { Comparison } from './metric.ts'
import type { GateRound, Reading } from './round.ts'

/** Both arms of one round, usable. */
export interface Pair {
  readonly kind: 'pair'
  readonly unit: 'time' | 'share'
  /** ms > 0, or a share 0 … 1. */
  readonly baseline: number
  readonly candidate: number
  /** Requests or receipts of the arm that has fewer. */
  readonly weight: number
}

/** What rounds hold of one comparison. */
export interface Paired {
  readonly pairs: readonly Pair[]
  /** Rounds of which an arm said nothing, and what the last of them gave as a reason. */
  readonly unusable: { readonly count: number; readonly why: string } | null
  /** Why no round has both arms; null where one has, or there are no rounds. */
  readonly absent: string | null
  /** Requests or receipts that a round typically has; null without usable rounds. */
  readonly requests: number | null
}

/** Takes a comparison's readings out of rounds. */
export function pairsOf(comparison: Comparison, rounds: readonly GateRound[]): Paired {
  const all = rounds.map((round) => pairOf(comparison, round))
  const pairs = all.filter((pair) => pair.kind === 'pair')
  const gaps = all.filter((pair) => pair.kind !== 'pair')
  const last = gaps.at(-1)
  const isAbsent = last !== undefined && all.every(({ kind }) => kind === 'absent')
  return {
    pairs,
    unusable: last === undefined ? null : { count: gaps.length, why: last.why },
    absent: isAbsent ? last.why : null,
    requests: pairs.length === 0 ? null : medianOf(pairs.map(({ weight }) => weight)),
  }
}

type Gap = Exclude<Reading, { kind: 'time' | 'share' }>

/** What is absent from an arm outweighs what can't be used of the other: it won't come with more rounds. */
function pairOf({ id, metric }: Comparison, round: GateRound): Pair | Gap {
  const baseline = readingOf(round, 'baseline', id)
  const candidate = readingOf(round, 'candidate', id)
  const gaps = [baseline, candidate].filter(
    (reading) => reading.kind === 'absent' || reading.kind === 'unusable',
  )
  const gap = gaps.find(({ kind }) => kind === 'absent') ?? gaps[0]
  if (gap !== undefined) return gap
  if (metric.kind === 'latency' && baseline.kind === 'time' && candidate.kind === 'time') {
    return {
      kind: 'pair',
      unit: 'time',
      baseline: positive(id, baseline.ms),
      candidate: positive(id, candidate.ms),
      weight: Math.min(baseline.requests, candidate.requests),
    }
  }
  if (metric.kind !== 'latency' && baseline.kind === 'share' && candidate.kind === 'share') {
    return {
      kind: 'pair',
      unit: 'share',
      baseline: baseline.count / positive(id, baseline.of),
      candidate: candidate.count / positive(id, candidate.of),
      weight: Math.min(baseline.of, candidate.of),
    }
  }
  throw new TypeError(`${id}: the readings are not of its kind.`)
}

function readingOf(round: GateRound, arm: keyof GateRound, id: string): Reading {
  return round[arm][id] ?? { kind: 'absent', why: `the ${arm} did not measure it` }
}

function positive(id: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new TypeError(`${id}: ${value} must be above 0.`)
}
