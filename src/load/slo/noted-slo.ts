import { checkKeys, checkObject, written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import {
  noBound,
  readLimits,
  readRatio,
  readTimes,
  type Limits,
  type TimeBounds,
} from './bound-parts.ts'
import { didYouMean } from '../../nearest-name.ts'
import {
  PERCENTILE_KEY,
  readPercentile,
  USUAL_PERCENTILES,
  type Percentile,
  type PercentileKey,
} from './percentile.ts'

/** Bounds on the requests with one value of a tag. */
export interface TagSlo {
  /** Upper bounds on the response time. */
  readonly response?: TimeBounds
  /** The ratio of these requests that succeed exceeds this, 0 to 1. At 1, all succeed. */
  readonly successRate?: number
}

/** By tag and value: `{ cache: { hit: { response: { p95: '5ms' } } } }`. */
export type TagSlos = Readonly<Record<string, Readonly<Record<string, TagSlo>>>>

/** The ratio of a check's calls that pass is at least `min`, above 0 and at most 1. */
export type CheckSlos = Readonly<Record<string, { readonly min: number }>>

/** Bounds on a metric, in its unit. */
export interface MetricSlo {
  /** The total of a counter; limits included. */
  readonly total?: Limits
  /** The additions to a counter per second, while requests are being started; limits included. */
  readonly perSecond?: Limits
  /** The last value of a gauge; limits included. */
  readonly last?: Limits
  /** Every value of a gauge; limits included. */
  readonly value?: Limits
  /** Every value of a trend is below this. */
  readonly max?: number
  /** The percentile of a trend is below this. */
  readonly [percentile: PercentileKey]: number
}

/** The figure of a metric that a bound limits; a percentile is that of a trend. */
export type MetricFigure = 'total' | 'per second' | 'last' | 'value' | Percentile

/** A bound on checks, tags or metrics. It is judged over the whole run. */
export type NotedBound = {
  /** `null`: the workload as a whole, as for every metric. */
  readonly operation: string | null
  readonly everyMs: null
  readonly abortAfterMs: null
  readonly isDefault: boolean
} & (
  | {
      readonly kind: 'tag time'
      readonly tag: string
      readonly value: string
      readonly percentile: Percentile
      readonly belowMs: number
    }
  /** At 1: all of them. */
  | {
      readonly kind: 'tag success rate'
      readonly tag: string
      readonly value: string
      readonly above: number
    }
  | { readonly kind: 'check rate'; readonly check: string; readonly atLeast: number }
  | {
      readonly kind: 'metric'
      readonly metric: string
      readonly figure: MetricFigure
      readonly side: 'min' | 'max'
      readonly limit: number
    }
)

/** Whether a bound is on checks, tags or metrics. */
export function isNoted<B extends { readonly kind: string }>(
  bound: B,
): bound is Extract<B, NotedBound> {
  return KINDS.has(bound.kind)
}

const KINDS: ReadonlySet<string> = new Set([
  'tag time',
  'tag success rate',
  'check rate',
  'metric',
] satisfies NotedBound['kind'][])

/** A bound on one operation, or on all together, over the whole run. */
function over(
  operation: string | null,
): Pick<NotedBound, 'operation' | 'everyMs' | 'abortAfterMs' | 'isDefault'> {
  return { operation, everyMs: null, abortAfterMs: null, isDefault: false }
}

/**
 * Reads bounds on values of tags.
 * @throws InputError
 */
export function readTagSlos(
  tags: TagSlos,
  operation: string | null,
  where: string,
): readonly NotedBound[] {
  return named(tags, where, "{ cache: { hit: { response: { p95: '5ms' } } } }").flatMap(
    ([tag, values]) =>
      named(values, `${where}.${tag}`, "{ hit: { response: { p95: '5ms' } } }").flatMap(
        ([value, slo]) => readTagSlo(slo, { tag, value }, operation, `${where}.${tag}.${value}`),
      ),
  )
}

function readTagSlo(
  slo: TagSlo,
  of: { readonly tag: string; readonly value: string },
  operation: string | null,
  where: string,
): readonly NotedBound[] {
  checkKeys(slo, where, ['response', 'successRate'] satisfies (keyof TagSlo)[])
  const { response, successRate } = slo
  const bounds: NotedBound[] = []
  if (response !== undefined) {
    for (const bound of readTimes(response, `${where}: response`)) {
      bounds.push({ ...over(operation), kind: 'tag time', ...of, ...bound })
    }
  }
  if (successRate !== undefined) {
    const above = readRatio(successRate, `${where}: successRate`)
    bounds.push({ ...over(operation), kind: 'tag success rate', ...of, above })
  }
  return bounds.length === 0 ? noBound(where) : bounds
}

/**
 * Reads bounds on checks.
 * @throws InputError
 */
export function readCheckSlos(
  checks: CheckSlos,
  operation: string | null,
  where: string,
): readonly NotedBound[] {
  return named(checks, where, "{ 'has a body': { min: 0.99 } }").map(([check, slo]) => {
    const ofCheck = `${where}: "${check}"`
    checkKeys(slo, ofCheck, ['min'])
    const atLeast = readRatio(slo.min, `${ofCheck}: min`)
    if (atLeast === 0)
      throw new InputError(`${ofCheck}: min: no ratio is below 0. Write a larger number.`)
    return { ...over(operation), kind: 'check rate', check, atLeast }
  })
}

/**
 * Reads bounds on metrics; `checkNoted` says whether the metrics have such figures.
 * @throws InputError
 */
export function readMetricSlos(
  metrics: Readonly<Record<string, MetricSlo>>,
  where: string,
): readonly NotedBound[] {
  return named(metrics, where, '{ ttfb: { p95: 20 } }').flatMap(([metric, slo]) =>
    readMetricSlo(slo, `${where}.${metric}`).map((bound) => ({
      ...over(null),
      kind: 'metric' as const,
      metric,
      ...bound,
    })),
  )
}

type MetricBound = Pick<Extract<NotedBound, { kind: 'metric' }>, 'figure' | 'side' | 'limit'>

function readMetricSlo(slo: MetricSlo, where: string): readonly MetricBound[] {
  const given = checkObject(slo, where, [...FIGURES.keys(), 'max or a percentile, such as p95'])
  const bounds = Object.entries(given).flatMap(([key, value]): MetricBound[] => {
    if (value === undefined) return []
    const figure = FIGURES.get(key)
    if (figure !== undefined) {
      return readLimits(value as Limits, `${where}: ${key}`).map(({ side, limit }) => ({
        figure,
        side,
        limit,
      }))
    }
    return [
      { figure: figureOf(key, where), side: 'max', limit: readLimit(value, `${where}: ${key}`) },
    ]
  })
  return bounds.length === 0 ? noBound(where, '{ p95: 20 }') : bounds
}

/** Figures that may be bounded on both sides, by their key. */
const FIGURES: ReadonlyMap<string, Exclude<MetricFigure, Percentile>> = new Map([
  ['total', 'total'],
  ['perSecond', 'per second'],
  ['last', 'last'],
  ['value', 'value'],
])

/** The error for a key that is neither a figure nor a percentile names the nearest of both. */
function figureOf(key: string, where: string): Percentile {
  if (PERCENTILE_KEY.test(key)) return readPercentile(key, where)
  const keys = [...FIGURES.keys(), ...USUAL_PERCENTILES]
  throw new InputError(
    `${where}: there is no "${key}".${didYouMean(key, keys)} Choose total or perSecond of a counter, last or value of a gauge, or max or a percentile, such as p95, of a trend.`,
  )
}

function readLimit(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new InputError(`${where}: ${written(value)} must be a number, in the unit of the metric.`)
}

function named<T>(
  value: { readonly [name: string]: T },
  where: string,
  example: string,
): readonly (readonly [string, T])[] {
  checkObject(value, where, [example])
  const entries = Object.entries(value)
  return entries.length === 0 ? noBound(where, example) : entries
}
