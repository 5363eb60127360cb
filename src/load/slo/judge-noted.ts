import type { Histogram } from 'hdr-histogram-js'
import { perSecond } from '../metrics/counter.ts'
import type { MetricResult } from '../metrics/metric-recorders.ts'
import { inUnit } from '../metrics/trend.ts'
import { OTHER_CHECKS } from '../notes/check-counts.ts'
import type { TagSplit } from '../notes/tag-splits.ts'
import { percentileMs, sumOf } from '../recording/histogram.ts'
import type { LoadResult, OperationResult } from '../result.ts'
import { total } from '../totals.ts'
import { rowOf } from './bound-row.ts'
import type { NotedBound } from './noted-slo.ts'
import { holds, type SloRow } from './slo-row.ts'

/** A figure of checks, tags or metrics, and its possible range. */
interface Noted {
  /** `null` if nothing was written. */
  readonly measured: number | null
  /** The figure if everything unknown had gone badly: a bound met only without that is inconclusive. `null`: unknown. */
  readonly atWorst: number | null
  /** Had the generator been punctual and never paused; `null` if that is not known. */
  readonly withoutPauses: number | null
}

type Result = Pick<LoadResult, 'operations' | 'metrics' | 'measuredMs'>

const NOTHING: Noted = { measured: null, atWorst: null, withoutPauses: null }

/**
 * Judges a bound on checks, tags or metrics. It is met only if no unknown could change that: requests that
 * were not started or ended before they had their tag, checks under surplus names, invalid values. A
 * figure that was never written is missed if no request succeeded, and inconclusive otherwise.
 */
export function judgeNoted(result: Result, bound: NotedBound): SloRow {
  const row = rowOf(bound, [...result.operations.keys()])
  const { measured, atWorst, withoutPauses } = measure(result, bound)
  const outcome =
    measured === null
      ? isUnanswered(operationsOf(result, bound.operation))
        ? 'missed'
        : 'inconclusive'
      : holds(measured, row)
        ? atWorst !== null && holds(atWorst, row)
          ? 'met'
          : 'inconclusive'
        : withoutPauses !== null && holds(withoutPauses, row)
          ? 'inconclusive'
          : 'missed'
  const punctual = withoutPauses
  return { ...row, measured, punctual, outcome, isDefault: bound.isDefault, windows: null }
}

function measure(result: Result, bound: NotedBound): Noted {
  switch (bound.kind) {
    case 'check rate':
      return measureCheck(operationsOf(result, bound.operation), bound.check)
    case 'metric': {
      const metric = result.metrics.find(({ name }) => name === bound.metric)
      return metric === undefined ? NOTHING : measureMetric(metric, bound, result.measuredMs)
    }
    case 'tag time': {
      const { of, untagged } = splitsOf(result, bound)
      return measureTagTime(of, untagged, bound.percentile.value)
    }
    case 'tag success rate': {
      const { of, untagged } = splitsOf(result, bound)
      return measureTagSuccess(of, untagged, unstarted(operationsOf(result, bound.operation)))
    }
  }
}

function operationsOf(
  { operations }: Result,
  operation: string | null,
): readonly OperationResult[] {
  return [...operations].flatMap(([name, figures]) =>
    operation === null || operation === name ? [figures] : [],
  )
}

/** Whether requests reached the system and none succeeded, which may be why nothing was written. */
function isUnanswered(operations: readonly OperationResult[]): boolean {
  const lost = operations.reduce(
    (all, { counts: { failed, timedOut, unfinished }, lostByPause }) => {
      return all + failed + timedOut + unfinished - lostByPause
    },
    0,
  )
  return lost > 0 && operations.every(({ counts }) => counts.ok === 0)
}

function measureCheck(operations: readonly OperationResult[], name: string): Noted {
  const checks = operations.flatMap((operation) => operation.checks)
  const count = (of: string, ending: 'passed' | 'failed'): number =>
    total(checks, (check) => (check.name === of ? check[ending] : 0))
  const [passed, failed] = [count(name, 'passed'), count(name, 'failed')]
  const all = passed + failed
  if (all === 0) return NOTHING
  const others = name === OTHER_CHECKS ? 0 : count(OTHER_CHECKS, 'failed')
  return { measured: passed / all, atWorst: passed / (all + others), withoutPauses: null }
}

interface Splits {
  readonly of: readonly TagSplit[]
  readonly untagged: readonly TagSplit[]
}

function splitsOf(
  result: Result,
  { operation, tag, value }: Extract<NotedBound, { readonly tag: string }>,
): Splits {
  const splits = operationsOf(result, operation).flatMap(({ tags }) =>
    tags.filter((split) => split.tag === tag),
  )
  return {
    of: splits.filter((split) => split.value === value),
    untagged: splits.filter((split) => split.value === null),
  }
}

function measureTagTime(
  of: readonly TagSplit[],
  untagged: readonly TagSplit[],
  percentile: number,
): Noted {
  const response = sumOf(of.map((split) => split.response))
  // They were waited for, and may all have been of this value.
  const lost = total(untagged, ({ counts }) => counts.timedOut + counts.unfinished)
  return {
    measured: percentileMs(response, percentile),
    atWorst: withLost(response, lost, percentile, (us) => us / 1_000),
    withoutPauses: percentileMs(sumOf(of.map((split) => split.undisturbed)), percentile),
  }
}

/** @param neverStarted requests, any of which may have been of the value. */
function measureTagSuccess(
  of: readonly TagSplit[],
  untagged: readonly TagSplit[],
  neverStarted: number,
): Noted {
  const ok = total(of, ({ counts }) => counts.ok)
  const ended = total(of, allOf)
  if (ended === 0) return NOTHING
  const lost = neverStarted + total(untagged, (split) => allOf(split) - split.counts.ok)
  return {
    measured: ok / ended,
    atWorst: ok / (ended + lost),
    withoutPauses: (ok + total(of, ({ lostByPause }) => lostByPause)) / ended,
  }
}

/** Requests that were due and not started: they have no tags. */
function unstarted(operations: readonly OperationResult[]): number {
  return operations.reduce((all, { counts }) => all + counts.dropped + counts.notStarted, 0)
}

function measureMetric(
  metric: MetricResult,
  { figure, side }: Extract<NotedBound, { kind: 'metric' }>,
  measuredMs: number,
): Noted {
  switch (metric.kind) {
    case 'counter': {
      const { inTime, invalid } = metric
      const measured = figure === 'total' ? metric.total : perSecond(inTime, measuredMs)
      if (measured === null) return NOTHING
      // Refused values could only increase it.
      return {
        measured,
        atWorst: side === 'min' || invalid === 0 ? measured : null,
        withoutPauses: null,
      }
    }
    case 'gauge': {
      const { values, invalid } = metric
      if (values === null) return NOTHING
      const measured = figure === 'last' ? values.last : values[side]
      return { measured, atWorst: invalid === 0 ? measured : null, withoutPauses: null }
    }
    case 'trend': {
      if (typeof figure === 'string' || metric.histogram.totalCount === 0) return NOTHING
      const { histogram, resolution, invalid } = metric
      const toUnit = (steps: number): number => inUnit(steps, resolution)
      return {
        measured: toUnit(histogram.getValueAtPercentile(figure.value)),
        atWorst: withLost(histogram, invalid, figure.value, toUnit),
        withoutPauses: null,
      }
    }
  }
}

/** The percentile if `lost` more values were larger than all others; `null` if it is one of these. */
function withLost(
  histogram: Histogram,
  lost: number,
  percentile: number,
  toUnit: (value: number) => number,
): number | null {
  const known = histogram.totalCount
  const rank = (percentile / 100) * (known + lost)
  // A rank is rounded up, but not what is off by the last digit of a product.
  return known === 0 || Math.ceil(rank - 1e-9) > known
    ? null
    : toUnit(histogram.getValueAtPercentile(Math.min((rank / known) * 100, 100)))
}

function allOf({ counts }: TagSplit): number {
  return counts.ok + counts.failed + counts.timedOut + counts.unfinished
}
