import { counted } from '../../../format.ts'
import type { Bound, LineChart } from '../../../report/html/chart.ts'
import { figuresOf, PAIR_METRICS, type PairMetric } from '../../pairs/pair-metric.ts'
import type { GateReport } from '../gate-report.ts'
import { amount, signed } from '../pair-figures.ts'
import { estimatesChart, versionsChart } from './evidence-charts.ts'

type Pairs = Exclude<GateReport['stages']['pairs'], { kind: 'skipped' }>
type Operation = Pairs['operations'][number]

/** Each metric's changes with intervals, and the processes of operations that changed or are undecided. */
export function pairsCharts(pairs: Pairs): readonly LineChart[] {
  return [
    ...PAIR_METRICS.map((metric) => estimates(metric, pairs)),
    ...PAIR_METRICS.flatMap((metric) =>
      pairs.operations.map((operation) => processes(metric, operation)),
    ),
  ].filter((chart) => chart !== null)
}

function idOf(metric: PairMetric, operation = 'all'): string {
  return `pairs-${metric.replaceAll(' ', '-')}-${operation}`
}

/** An operation's verdict on a metric, with its evidence. */
function judgedOf({ state }: Operation, metric: PairMetric) {
  if (state.kind !== 'judged') return null
  const judged = state.metrics.find((one) => one.metric === metric)
  return judged === undefined || judged.verdict.kind === 'unknown' ? null : judged.verdict
}

/** One row per operation: the change and its interval, beside the changes that count. */
function estimates(metric: PairMetric, { operations }: Pairs): LineChart | null {
  const rows = operations.flatMap((one) => {
    const verdict = judgedOf(one, metric)
    return verdict === null ? [] : [{ operation: one.operation, ...verdict }]
  })
  const worst = rows.toSorted((a, b) => b.evidence.change - a.evidence.change)[0]
  if (worst === undefined) return null
  const byThreshold = Map.groupBy(rows, ({ evidence }) => evidence.threshold)
  return estimatesChart(
    {
      id: idOf(metric),
      title: `${metric} per operation, with intervals`,
      sentence: `The largest change is ${signed(worst.evidence.change, metric)} of ${worst.operation}: ${worst.kind}. Above 0 is worse.`,
    },
    { x: 'operation', y: `change of ${metric}`, label: 'median and interval' },
    rows.map(({ operation, evidence }) => ({ name: operation, ...evidence })),
    [...byThreshold].map(([threshold, alike]): Bound => ({
      axis: 'y',
      at: threshold,
      label:
        byThreshold.size === 1
          ? 'counts from'
          : `counts from: ${alike.map(({ operation }) => operation).join(', ')}`,
    })),
  )
}

/** Both versions in each process, of what did not simply pass. */
function processes(metric: PairMetric, one: Operation): LineChart | null {
  const verdict = judgedOf(one, metric)
  if (verdict === null || verdict.kind === 'pass') return null
  const figures = one.endings.flatMap((ending) => {
    const all = ending.kind === 'measured' ? figuresOf(ending.estimate, metric) : null
    return all === null ? [] : [all]
  })
  if (figures.length === 0) return null
  const scale = metric === 'cpu' || metric === 'deferred cpu' ? 1 / 1_000 : 1
  const { change, lower, upper } = verdict.evidence
  const [from, to] = [lower, upper].map((end) => signed(end, metric))
  return versionsChart(
    {
      id: idOf(metric, one.operation),
      title: `${one.operation}: ${metric} by process`,
      sentence: `${signed(change, metric)}, interval ${from} … ${to} in ${counted(figures.length, 'process', 'processes')}; baseline ${amount(verdict.evidence.baseline, metric)}; ${verdict.kind}.`,
    },
    'process',
    { scale: 'linear', label: labelOf(metric), unit: unitOf(metric) },
    figures.map(({ baseline, candidate }) => ({
      baseline: baseline * scale,
      candidate: candidate * scale,
    })),
    [],
  )
}

function labelOf(metric: PairMetric): string {
  return metric === 'allocated' ? 'bytes per call' : metric
}

function unitOf(metric: PairMetric): 'ms' | 'number' | 'ratio' {
  if (metric === 'allocated') return 'number'
  return metric === 'idle cpu' ? 'ratio' : 'ms'
}
