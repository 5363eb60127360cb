import { counted, formatAmount, formatCount, formatPercentDown, formatValue } from '../../format.ts'
import { perSecond } from '../../load/metrics/counter.ts'
import { didYouMean } from '../../nearest-name.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import type { MetricJson, TagSplitJson } from '../../run-file/json/load-result-json.ts'
import { percentileText } from './percentile-text.ts'
import { left, renderTable, right } from './table.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'

type OperationJson = LoadResultJson['operations'][number]
type Bounds = Extract<ScenarioEntry, { state: 'measured' }>['bounds']

/**
 * Tables of the tags, checks and metrics that requests wrote, and their problems. Whole lines without a final newline;
 * `null` if requests wrote none.
 * @param bounds of the SLO, which may name checks that were never made.
 */
export function renderNotes(result: LoadResultJson, bounds: Bounds): string | null {
  const parts = [
    renderTags(result.operations),
    renderChecks(result.operations),
    renderMetrics(result),
    ...renderTrouble(result, bounds).map((line) => `  ${line}`),
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.join('\n')
}

function renderTags(operations: readonly OperationJson[]): string | null {
  const rows = operations.flatMap(({ name, tags }) =>
    tags
      .filter((split) => countOf(split) > 0)
      .map((split) => [
        `${split.tag}=${split.value ?? '(none)'}`,
        name,
        formatCount(countOf(split)),
        formatCount(split.counts.ok),
        ...(['response', 'service'] as const).flatMap((time) => {
          const { count, p50Ms, p95Ms, p99Ms } = split[time].figures
          return [
            percentileText(p50Ms, count, 50),
            percentileText(p95Ms, count, 95),
            percentileText(p99Ms, count, 99),
          ]
        }),
      ]),
  )
  if (rows.length === 0) return null
  return renderTable(TAG_COLUMNS, rows)
}

const TAG_COLUMNS = [
  left('tag'),
  left('operation'),
  right('requests'),
  right('ok', { drop: 3 }),
  right('P50'),
  right('P95'),
  right('P99'),
  right('service P50', { drop: 2 }),
  right('service P95', { drop: 1 }),
  right('service P99', { drop: 4 }),
]

function renderChecks(operations: readonly OperationJson[]): string | null {
  const rows = operations.flatMap(({ name, checks }) =>
    checks.map((check) => [
      check.name,
      name,
      formatCount(check.passed + check.failed),
      formatCount(check.failed),
      passedOf(check),
    ]),
  )
  if (rows.length === 0) return null
  const columns = [
    left('check', { wraps: true }),
    left('operation'),
    right('made'),
    right('failed'),
    right('passed'),
  ]
  return renderTable(columns, rows)
}

export function passedOf({ passed, failed }: OperationJson['checks'][number]): string {
  return passed + failed === 0 ? '–' : formatPercentDown(passed / (passed + failed))
}

function renderMetrics({ metrics, measuredMs }: LoadResultJson): string | null {
  if (metrics.length === 0) return null
  return renderTable(
    [left('metric'), left('kind'), left('figures', { wraps: true })],
    metrics.map((metric) => [metric.name, metric.kind, figuresOf(metric, measuredMs)]),
  )
}

/** A metric in words. */
export function figuresOf(metric: MetricJson, measuredMs: number): string {
  const value = (of: number | null): string => (of === null ? '–' : formatValue(of, metric.unit))
  switch (metric.kind) {
    case 'counter': {
      const rate = perSecond(metric.inTime, measuredMs)
      return `total ${value(metric.total)}${rate === null ? '' : `, ${value(rate)}/s`}`
    }
    case 'gauge': {
      if (metric.values === null) return 'never set'
      const { last, min, max } = metric.values
      return `last ${value(last)}, min ${value(min)}, max ${value(max)}`
    }
    case 'trend': {
      const { count, p50, p95, p99, max } = metric.figures
      if (count === 0) return 'nothing recorded'
      const parts = [
        ['P50', p50],
        ['P95', p95],
        ['P99', p99],
        ['max', max],
      ] as const
      const figures = parts.map(([name, of]) => `${name} ${of === null ? '–' : formatAmount(of)}`)
      return `${figures.join(', ')} ${metric.unit}`.trimEnd() + `, of ${counted(count, 'value')}`
    }
  }
}

/** What is wrong with tags, checks and metrics, in lines. */
export function renderTrouble(
  { operations, metrics, undeclaredTags }: LoadResultJson,
  bounds: Bounds,
): string[] {
  const made = operations.flatMap(({ checks }) => checks.map(({ name }) => name))
  const neverMade = new Set(
    bounds.flatMap((bound) =>
      bound.kind === 'check rate' && !made.includes(bound.check) ? [bound.check] : [],
    ),
  )
  const { count, sample } = undeclaredTags
  return [
    ...[...neverMade].map(
      (name) => `check "${name}" was never made.${didYouMean(name, [...new Set(made)])}`,
    ),
    ...(count === 0 ? [] : [`${howOften(count)} an undeclared tag was set, such as ${sample}`]),
    ...metrics.flatMap((metric) => [
      ...(metric.invalid === 0
        ? []
        : [
            `${metric.name}: ${counted(metric.invalid, 'value was', 'values were')} ${INVALID[metric.kind]}, and left out`,
          ]),
      ...(metric.kind === 'trend' && metric.clamped > 0
        ? [
            `${metric.name}: ${counted(metric.clamped, 'value was', 'values were')} beyond its range, and ${metric.clamped === 1 ? 'counts' : 'count'} as its largest`,
          ]
        : []),
    ]),
  ]
}

const INVALID = {
  counter: 'not a finite number of at least 0',
  gauge: 'not a finite number',
  trend: 'not a finite number of at least 0',
} as const

export function countOf({ counts }: TagSplitJson): number {
  return counts.ok + counts.failed + counts.timedOut + counts.unfinished
}

function howOften(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`
}
