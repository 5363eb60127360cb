import { medianOf } from '../../stats/quantile.ts'
import type { Comparison } from './metric.ts'
import type { GateRound, Reading } from './round.ts'
import type { VersionName } from '../versions/both.ts'

/** The usable values of both versions in one round. */
export interface Pair {
  readonly kind: 'pair'
  /** `outcome`: 0 or 1 for the whole round. */
  readonly unit: 'time' | 'share' | 'outcome'
  /** The version that ran first. */
  readonly first: VersionName
  /** A time in ms > 0, a ratio from 0 to 1, or an outcome of 0 or 1. */
  readonly baseline: number
  readonly candidate: number
  /** The smaller number of requests or receipts of the two versions. */
  readonly weight: number
  /** The baseline's number, so that a candidate can't evade judgement by having fewer. */
  readonly requests: number
}

/** The readings of one comparison over rounds. */
export interface Paired {
  /** The number of rounds examined. */
  readonly rounds: number
  readonly pairs: readonly Pair[]
  /**
   * Rounds in which a version lacks a usable value, and the reason in the last of them; they can't show that
   * all is well. For a validity, rounds whose baseline is unusable; they still count as pairs, because a
   * flaw that affects both versions is neither version's fault.
   */
  readonly unusable: { readonly count: number; readonly why: string } | null
  /** Why no round has values of both versions; `null` if any has, or without rounds. */
  readonly absent: string | null
  /** The median number of requests or receipts per baseline run; `null` without usable rounds. */
  readonly requests: number | null
}

/** Extracts a comparison's readings from rounds. */
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

/** The flaw of the candidate's last unusable measurement; `null` without one. */
export function lastFlaw({ id }: Comparison, rounds: readonly GateRound[]): string | null {
  return rounds.flatMap(({ candidate }) => flawIn(candidate[id])).at(-1) ?? null
}

function flawIn(reading: Reading | undefined): readonly string[] {
  return reading?.kind === 'validity' && reading.flaw !== null ? [reading.flaw] : []
}

type Gap = Extract<Reading, { kind: 'unusable' | 'absent' }>

/** An absent value outweighs an unusable one, because more rounds won't provide it. */
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
      baseline: ratioIn(id, baseline),
      candidate: ratioIn(id, candidate),
      weight: Math.min(baseline.of, candidate.of),
      requests: baseline.of,
    }
  }
  throw new TypeError(`${id}: the readings have the wrong kind.`)
}

function readingOf(round: GateRound, version: VersionName, id: string): Reading {
  return round[version][id] ?? { kind: 'absent', why: `the ${version} did not measure it` }
}

function positive(id: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new TypeError(`${id}: ${value} must be above 0.`)
}

function ratioIn(id: string, { count, of }: Extract<Reading, { kind: 'share' }>): number {
  const ratio = count / positive(id, of)
  if (ratio >= 0 && ratio <= 1) return ratio
  throw new TypeError(`${id}: ${count} of ${of} is not a valid ratio.`)
}
