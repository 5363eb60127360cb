import { requestsNeeded } from '../../report/thin-percentile.ts'
import { markProportion, SHOWN, MIN_EFFECT, type Mark } from './mark.ts'
import { metricOf, type Figure, type MetricComparison } from './metric.ts'
import {
  nothingMeasured,
  type BothOperations,
  type MeasuredOperation,
} from './measured-operation.ts'

const P50 = { label: 'P50', percentile: 50, figure: 'p50Ms' } as const
const P95 = { label: 'P95', percentile: 95, figure: 'p95Ms' } as const
const P99 = { label: 'P99', percentile: 99, figure: 'p99Ms' } as const
const P999 = { label: 'P99.9', percentile: 99.9, figure: 'p999Ms' } as const

type Percentile = typeof P50 | typeof P95 | typeof P99 | typeof P999
type Time = 'service' | 'response' | 'lateness'

/**
 * Compares an operation's times. The service time, which begins when a request is started, is judged.
 * Response time and lateness, which include the generator's delays, are only shown. In a closed load the
 * response time is the service time.
 */
export function compareTimes(both: BothOperations): readonly MetricComparison[] {
  const isClosed = both.every(({ result }) => result.model.kind === 'closed')
  return [
    ...[P50, P95, P99].map((percentile) =>
      compare(`service ${percentile.label}`, percentile, both, judgeService(percentile, both)),
    ),
    // Run files have no P99.9 per second to judge by.
    compare('service P99.9', P999, both, SHOWN),
    ...(isClosed
      ? []
      : [
          compare('response P50', P50, both, SHOWN),
          compare('response P99', P99, both, SHOWN),
          compare('lateness P99', P99, both, SHOWN),
        ]),
  ]
}

function compare(
  metric: Extract<MetricComparison['metric'], `${Time} ${string}`>,
  percentile: Percentile,
  both: BothOperations,
  mark: Mark,
): MetricComparison {
  const time = metric.slice(0, metric.indexOf(' ')) as Time
  const [baseline, candidate] = bothOf(both, (measured) => figureOf(time, percentile, measured))
  return metricOf({ metric, unit: 'ms', baseline, candidate, mark })
}

function figureOf(
  time: Time,
  { figure, percentile }: Percentile,
  { operation }: MeasuredOperation,
): Figure {
  const { figures } = operation[time]
  return { value: figures[figure], isThin: figures.count < requestsNeeded(percentile) }
}

/**
 * Run files have response times per second, not service times. The two are close where lateness is small;
 * where it isn't, response times scatter more, so that marks become rarer, never more frequent (simulated
 * in mark.test.ts).
 */
function judgeService(
  percentile: typeof P50 | typeof P95 | typeof P99,
  both: BothOperations,
): Mark {
  const nothing = nothingMeasured(both)
  if (nothing !== null) return nothing
  const [a, b] = bothOf(both, (measured) => figureOf('service', percentile, measured))
  if (a.value === null || b.value === null) return notJudged('no request was answered')
  if (a.isThin || b.isThin) return notJudged('too few requests')
  const [before, after] = bothOf(both, ({ intervals }) =>
    intervals.flatMap(({ response }) => (response === null ? [] : [response[percentile.figure]])),
  )
  const mark = markProportion(
    { overall: a.value, bySecond: before },
    { overall: b.value, bySecond: after },
  )
  const isApart = Math.abs(Math.log(b.value / a.value)) > MIN_EFFECT
  return mark.kind === 'within spread' &&
    isApart &&
    both.some((measured) => isLate(percentile, measured))
    ? notJudged('lateness hides it')
    : mark
}

/** A response time above this multiple of the service time is late. */
const LATE = 1.25

function isLate(percentile: Percentile, measured: MeasuredOperation): boolean {
  const { value: response } = figureOf('response', percentile, measured)
  const { value: service } = figureOf('service', percentile, measured)
  return response !== null && service !== null && response > LATE * service
}

function notJudged(why: string): Mark {
  return { kind: 'not judged', why }
}

function bothOf<T>(
  [a, b]: BothOperations,
  of: (measured: MeasuredOperation) => T,
): readonly [T, T] {
  return [of(a), of(b)]
}
