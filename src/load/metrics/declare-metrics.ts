import { check, checkFields, number } from '../check-fields.ts'
import { MAX_TIME_US } from '../recording/histogram.ts'
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Trend } from './trend.ts'

/** A metric of a load as it is declared. */
export type MetricDeclaration = CounterDeclaration | GaugeDeclaration | TrendDeclaration

/** Declares a counter, whose values are added up. */
export interface CounterDeclaration {
  readonly kind: 'counter'
  readonly unit: string
}

/** A value that changes over time. */
export interface GaugeDeclaration {
  readonly kind: 'gauge'
  readonly unit: string
}

/** A value with a distribution. */
export interface TrendDeclaration {
  readonly kind: 'trend'
  readonly unit: string
  /** The resolution of values, in the unit; > 0. */
  readonly resolution: number
}

/** Metrics of a load, by name. */
export type MetricDeclarations = Readonly<Record<string, MetricDeclaration>>

/** The metrics of a load without any: an object without keys. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export type NoMetrics = Readonly<Record<never, never>>

/** The metrics that a request writes to, by their declared names. */
export type Metrics<Declared> = {
  readonly [name in keyof Declared]: Declared[name] extends CounterDeclaration
    ? Counter
    : Declared[name] extends GaugeDeclaration
      ? Gauge
      : Declared[name] extends TrendDeclaration
        ? Trend
        : never
}

/**
 * Declares a metric that is added up: its total, and how much of it there was per second.
 * @param unit of the values, for reports.
 */
export function counter(unit = ''): CounterDeclaration {
  return declared({ kind: 'counter', unit: checkedUnit(unit, 'counter') })
}

/**
 * Declares a metric that has a value at a time: its last, its smallest and its largest one.
 * @param unit of the value, for reports.
 */
export function gauge(unit = ''): GaugeDeclaration {
  return declared({ kind: 'gauge', unit: checkedUnit(unit, 'gauge') })
}

/**
 * Declares a metric that has a distribution: a histogram with 3 significant digits, as those of times have.
 * @param unit of the values, for reports; they are not converted.
 * @param options.resolution the resolution of values, in the unit. The largest value is
 *   2,147,483,647 steps; what is larger is recorded as that, and counted as clamped. Default: 1 of `bytes`,
 *   0.001 of every other unit, so that `ms` go up to 35 minutes.
 */
export function trend(unit = '', options: { readonly resolution?: number } = {}): TrendDeclaration {
  checkFields(options, 'trend', { resolution: checkResolution })
  const { resolution = unit === 'bytes' ? 1 : 0.001 } = options
  return declared({ kind: 'trend', unit: checkedUnit(unit, 'trend'), resolution })
}

/** So that the largest value is a number. */
const checkResolution = number(Number.MIN_VALUE, Number.MAX_VALUE / (MAX_TIME_US + 1))

/** Whether `counter`, `gauge` or `trend` returned the value. */
export function isDeclared(value: unknown): boolean {
  return typeof value === 'object' && value !== null && DECLARED.has(value)
}

const DECLARED = new WeakSet()

function declared<D extends MetricDeclaration>(declaration: D): D {
  DECLARED.add(declaration)
  return Object.freeze(declaration)
}

function checkedUnit(unit: string, where: string): string {
  checkUnit(unit, `${where}: unit`)
  return unit
}

const checkUnit = check(
  (unit) => typeof unit === 'string' && unit.length <= 20,
  'a text of up to 20 characters',
)
