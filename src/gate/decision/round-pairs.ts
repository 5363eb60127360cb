import { medianOf } from '../../stats/quantile.ts'
import type { Comparison } from './metric.ts'
import type { GateRound, Reading } from './round.ts'
import type { VersionName } from '../versions/both.ts'

/** Both versions of one round, usable. */
export interface Pair {
  readonly kind: 'pair'
  /** `outcome`: of a round as a whole, 0 or 1. */
  readonly unit: 'time' | 'share' | 'outcome'
  /** The version that ran first. */
  readonly first: VersionName
  /** ms > 0; a share 0 … 1; or 0 or 1. */
  readonly baseline: number
  readonly candidate: number
  /** Requests or receipts of the version that has fewer. */
  readonly weight: number
  /** Those of the baseline: a candidate can't get out of being judged by having fewer. */
  readonly requests: number
}

/** What rounds hold of one comparison. */
export interface Paired {
  /** All that were looked at. */
  readonly rounds: number
  readonly pairs: readonly Pair[]
  /**
   * Rounds that are no evidence that all is well, and what the last of them gave as a reason: those
   * of which an version said nothing. Of a validity, those whose baseline can't be used; they are pairs
   * all the same, for what befalls both versions is no version's own.
   */
  readonly unusable: { readonly count: number; readonly why: string } | null
  /** Why no round has both versions; null where one has, or there are no rounds. */
  readonly absent: string | null
  /** Requests or receipts that a round typically has in the baseline; null without usable rounds. */
  readonly requests: number | null
}

/** Takes a comparison's readings out of rounds. */
export function pairsOf(comparison: Comparison, rounds: readonly GateRound[]): Paired {
  const all = rounds.map((round) => pairOf(comparison, round))
  const pairs = all.filter((pair) => pair.kind === 'pair')
  const gaps = all.filter((pair) => pair.kind !== 'pair')
  const flaws = rounds.flatMap(({ baseline }) => flawIn(baseline[comparison.id]))
  const reasons = [...gaps.map(({ why }) => why), ...flaws]
  const [lastGap, lastReason] = [gaps.at(-1), reasons.at(-1)]
  const isAbsent = lastGap !== undefined && all.every(({ kind }) => kind === 'absent')
  return {
    rounds: rounds.length,
    pairs,
    unusable: lastReason === undefined ? null : { count: reasons.length, why: lastReason },
    absent: isAbsent ? lastGap.why : null,
    requests: pairs.length === 0 ? null : medianOf(pairs.map((pair) => pair.requests)),
  }
}

/** Why the candidate's last unusable measurement is one; `null` if there is none. */
export function lastFlaw({ id }: Comparison, rounds: readonly GateRound[]): string | null {
  return rounds.flatMap(({ candidate }) => flawIn(candidate[id])).at(-1) ?? null
}

function flawIn(reading: Reading | undefined): readonly string[] {
  return reading?.kind === 'validity' && reading.flaw !== null ? [reading.flaw] : []
}

type Gap = Extract<Reading, { kind: 'unusable' | 'absent' }>

/** What is absent from an version outweighs what can't be used of the other: it won't come with more rounds. */
function pairOf({ id, metric }: Comparison, round: GateRound): Pair | Gap {
  const baseline = readingOf(round, 'baseline', id)
  const candidate = readingOf(round, 'candidate', id)
  const gaps = [baseline, candidate].filter(
    (reading) => reading.kind === 'absent' || reading.kind === 'unusable',
  )
  const gap = gaps.find(({ kind }) => kind === 'absent') ?? gaps[0]
  if (gap !== undefined) return gap
  const { first } = round
  if (metric.kind === 'validity' && baseline.kind === 'validity' && candidate.kind === 'validity') {
    return {
      kind: 'pair',
      unit: 'outcome',
      first,
      baseline: baseline.flaw === null ? 0 : 1,
      candidate: candidate.flaw === null ? 0 : 1,
      weight: 1,
      requests: 1,
    }
  }
  if (metric.kind === 'latency' && baseline.kind === 'time' && candidate.kind === 'time') {
    return {
      kind: 'pair',
      unit: 'time',
      first,
      baseline: positive(id, baseline.ms),
      candidate: positive(id, candidate.ms),
      weight: Math.min(baseline.requests, candidate.requests),
      requests: baseline.requests,
    }
  }
  const isShare = metric.kind !== 'latency' && metric.kind !== 'validity'
  if (isShare && baseline.kind === 'share' && candidate.kind === 'share') {
    return {
      kind: 'pair',
      unit: 'share',
      first,
      baseline: shareIn(id, baseline),
      candidate: shareIn(id, candidate),
      weight: Math.min(baseline.of, candidate.of),
      requests: baseline.of,
    }
  }
  throw new TypeError(`${id}: the readings are not of its kind.`)
}

function readingOf(round: GateRound, version: VersionName, id: string): Reading {
  return round[version][id] ?? { kind: 'absent', why: `the ${version} did not measure it` }
}

function positive(id: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new TypeError(`${id}: ${value} must be above 0.`)
}

function shareIn(id: string, { count, of }: Extract<Reading, { kind: 'share' }>): number {
  const share = count / positive(id, of)
  if (share >= 0 && share <= 1) return share
  throw new TypeError(`${id}: ${count} of ${of} is no share.`)
}
