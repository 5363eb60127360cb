import { InputError } from '../../input-error.ts'
import type { Bound } from './slo.ts'
import type { LoadModel } from '../load-model.ts'
import type { MetricDeclaration } from '../metrics/declare-metrics.ts'
import type { MetricResult } from '../metrics/metric-recorders.ts'
import type { DeclaredTag } from '../notes/tags.ts'
import { MAX_TIME_US } from '../recording/histogram.ts'
import type { LoadResult } from '../result.ts'
import { didYouMean } from '../../nearest-name.ts'
import type { MetricFigure, NotedBound } from './noted-slo.ts'

/**
 * Checks that every bound is on an operation of the workload.
 * @throws InputError if one isn't.
 */
export function checkOperations(bounds: readonly Bound[], names: readonly string[]): void {
  for (const { operation } of bounds) {
    if (operation === null || names.includes(operation)) continue
    // On a command line, a metric that is mistyped reads as an operation: respons.p95<10ms.
    const hint = didYouMean(operation, [...names, 'response', 'completion'])
    throw new InputError(
      `SLO: there is no operation "${operation}" in this workload: ${names.join(', ')}.${hint}`,
    )
  }
}

/**
 * Checks that bounds on delivery and completion are on operations whose receipts are counted.
 * @param counted names of the operations whose receivers can be asked.
 * @throws InputError for a bound that can't be judged.
 */
export function checkCounted(bounds: readonly Bound[], counted: readonly string[]): void {
  for (const bound of bounds) {
    const { kind, operation } = bound
    const isOfReceipts =
      kind === 'delivery rate' || (kind === 'time' && bound.metric === 'completion')
    const isCounted = operation === null ? counted.length > 0 : counted.includes(operation)
    if (!isOfReceipts || isCounted) continue
    const metric = kind === 'time' ? 'completion' : 'delivery'
    const others = counted.length === 0 ? '' : ` They are of ${counted.join(', ')}.`
    throw new InputError(
      `SLO: ${metric}: receipts of ${operation ?? 'this load'} are not counted.${others}`,
    )
  }
}

/**
 * Checks that bounds on losses are on operations that check their promises, and that there is a fault to recover from.
 * @param checked names of the operations that check their promises.
 * @throws InputError for a bound that can't be judged.
 */
export function checkFaultBounds(
  bounds: readonly Bound[],
  checked: readonly string[],
  faults: readonly unknown[],
): void {
  for (const { kind, operation } of bounds) {
    if (kind === 'recovery' && faults.length === 0) {
      throw new InputError(
        "SLO: recovery: the load has no faults to recover from. Add some, such as faults: [at('25%', kill(…))], or leave it out.",
      )
    }
    if (kind !== 'lost') continue
    if (operation === null ? checked.length > 0 : checked.includes(operation)) continue
    const others = checked.length === 0 ? '' : ` Those of ${checked.join(', ')} are.`
    throw new InputError(
      `SLO: lost: the promises of ${operation ?? 'this load'} are not checked.${others} Give the operation a ledger, as docs/faults.md shows.`,
    )
  }
}

/**
 * Checks that nothing is asked of the rate of a load that has none of its own. Users who wait for
 * answers send what the system lets them, so a throughput would be a bound on think times as well, and
 * one that is missed would say neither that the system can't take more nor that it was offered more.
 * @throws InputError for a throughput bound on a closed load.
 */
export function checkHasRate(bounds: readonly Bound[], model: LoadModel['kind']): void {
  if (model === 'open' || bounds.every(({ kind }) => kind !== 'throughput')) return
  throw new InputError(
    'SLO: throughput: a load of users has no rate of its own: response and think times decide how many requests it sends. Bound response or successRate instead, or replace users by arrivals, such as constant(100).',
  )
}

/** The tags and metrics that a load declares. */
export interface Declared {
  readonly tags: readonly DeclaredTag[]
  readonly metrics: Readonly<Record<string, MetricDeclaration | MetricResult>>
}

/** The tags and metrics that a measured load declared. */
export function declaredBy({ operations, metrics }: LoadResult): Declared {
  const [operation] = operations.values()
  const byTag = Map.groupBy(operation?.tags ?? [], ({ tag }) => tag)
  return {
    tags: [...byTag].map(([name, splits]) => ({
      name,
      values: splits.flatMap(({ value }) => value ?? []),
    })),
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, metric])),
  }
}

/**
 * Checks that bounds on tags and metrics are on what the load declares, and could be missed. Checks are not
 * declared: a bound on one that was never made is judged, and not met.
 * @throws InputError
 */
export function checkNoted(bounds: readonly Bound[], { tags, metrics }: Declared): void {
  for (const bound of bounds) {
    if (bound.kind === 'tag time' || bound.kind === 'tag success rate') {
      const { values } = known(bound.tag, tags, ({ name }) => name, 'SLO: tags', 'tag')
      known(bound.value, values, (value) => value, `SLO: tags.${bound.tag}`, 'value')
    }
    if (bound.kind === 'metric') {
      const [, metric] = known(
        bound.metric,
        Object.entries(metrics),
        ([name]) => name,
        'SLO: metrics',
        'metric',
      )
      checkFigure(bound, metric)
    }
  }
}

function known<T>(
  name: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  where: string,
  what: string,
): T {
  const found = all.find((one) => nameOf(one) === name)
  if (found !== undefined) return found
  const names = all.map(nameOf)
  const valid =
    names.length === 0 ? `The load declares no ${what}.` : `Declared are ${names.join(', ')}.`
  throw new InputError(
    `${where}: there is no ${what} "${name}" in this load.${didYouMean(name, names)} ${valid}`,
  )
}

/** The keys of the figures that a metric has. */
const FIGURES = {
  counter: ['total', 'perSecond'],
  gauge: ['last', 'value'],
  trend: ['p50', 'p95', 'p99', 'another percentile', 'max'],
} as const

function checkFigure(
  { metric: name, figure, limit, side }: Extract<NotedBound, { kind: 'metric' }>,
  metric: MetricDeclaration | MetricResult,
): void {
  const where = `SLO: metrics.${name}`
  if (!hasFigure(metric, figure)) {
    const key = typeof figure === 'string' ? figure : figure.key
    throw new InputError(
      `${where}: a ${metric.kind} has no ${key}. Choose one of ${FIGURES[metric.kind].join(', ')}.`,
    )
  }
  const largest = metric.kind === 'trend' ? metric.resolution * MAX_TIME_US : Infinity
  if (side === 'max' && limit >= largest) {
    throw new InputError(
      `${where}: ${limit} can't be exceeded, because values are recorded up to ${largest}. Declare the trend with a larger resolution.`,
    )
  }
  const least = metric.kind === 'trend' ? Number.MIN_VALUE : 0
  if (metric.kind !== 'gauge' && (side === 'max' ? limit < least : limit <= 0)) {
    throw new InputError(
      `${where}: ${limit} can't be ${side === 'max' ? 'met' : 'missed'}, because a ${metric.kind} is never below 0.`,
    )
  }
}

function hasFigure({ kind }: MetricDeclaration | MetricResult, figure: MetricFigure): boolean {
  switch (kind) {
    case 'counter':
      return figure === 'total' || figure === 'per second'
    case 'gauge':
      return figure === 'last' || figure === 'value'
    case 'trend':
      return typeof figure !== 'string'
  }
}
