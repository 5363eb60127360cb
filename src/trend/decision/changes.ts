import { meanOf, medianOf } from '../../stats/quantile.ts'
import { alarmsIn, MIN_RUNS, type Alarm } from './alarms.ts'
import type { Metric } from './metrics.ts'
import type { VersionChange } from './version-changes.ts'

/** One run in a series. */
export interface Point {
  readonly runId: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly commit: string | null
  readonly isDirty: boolean
  /** In the series' unit. */
  readonly value: number
  /** As measured, in the metric's unit: the same unless the series is divided by the reference. */
  readonly measured: number
}

/** A change in a series. */
export interface Change extends Alarm {
  /** The first run after it. */
  readonly first: Point
  /** The run that confirmed it: the first whose report shows the change. */
  readonly confirmer: Point
  /** Level since the previous change, or the beginning. */
  readonly levelBefore: number
  /** Level until the next change, or the end. */
  readonly levelAfter: number
  /** Relative to the level before; `null` if that is 0. */
  readonly relative: number | null
  readonly isWorse: boolean
  /** Lies between two runs of one commit, so the code is not the cause. */
  readonly isWithinCommit: boolean
  /** Version changes at most 3 runs before or after it, which may be the cause. */
  readonly beside: readonly string[]
}

/** In runs: how far from its cause a change may be located. */
const MAX_OFFSET = 3
/** Smaller changes of times and rates are not reported, however certain; 0.01 is 1 %. */
const MIN_RELATIVE = 0.01

/**
 * The changes of a series.
 * @returns `null` if there are too few points to find any.
 */
export function changesIn(
  points: readonly Point[],
  versions: readonly VersionChange[],
  metric: Metric,
): readonly Change[] | null {
  if (points.length < MIN_RUNS) return null
  const values = points.map(({ value }) => value)
  const alarms = alarmsIn(values, metric.unit === 'ratio' ? 0 : MIN_RELATIVE)
  return alarms.flatMap((alarm, k) => {
    const { index } = alarm
    const [before, first, confirmer] = [index - 1, index, alarm.confirmedBy].map((at) => points[at])
    if (before === undefined || first === undefined || confirmer === undefined) return []
    const levelBefore = levelOf(metric, values.slice(alarms[k - 1]?.index ?? 0, index))
    const levelAfter = levelOf(metric, values.slice(index, alarms[k + 1]?.index))
    return {
      ...alarm,
      first,
      confirmer,
      levelBefore,
      levelAfter,
      relative: levelBefore === 0 ? null : levelAfter / levelBefore - 1,
      isWorse: levelAfter > levelBefore === (metric.better === 'less'),
      isWithinCommit:
        first.commit !== null &&
        before.commit === first.commit &&
        !before.isDirty &&
        !first.isDirty,
      beside: versions
        .filter((at) => Math.abs(at.index - index) <= MAX_OFFSET)
        .map(({ text }) => text),
    }
  })
}

/** The level of some runs: their median, or the mean for ratios, because most of those may be 0 or 1. */
export function levelOf(metric: Metric, values: readonly number[]): number {
  return metric.unit === 'ratio' ? meanOf(values) : medianOf(values)
}
