import { withIntervals } from '../../run-file/json/intervals-json.ts'
import { achievedPerSecond, countedDeliveries } from '../../load/totals.ts'
import { markOccurrences, markProportion, type Mark, type Occurrences } from './mark.ts'
import { exact, metricOf, type Figure, type MetricComparison } from './metric.ts'
import { nothingMeasured, type MeasuredOperation } from './measured-operation.ts'

/** Compares an operation's rate, errors, delivery and losses. */
export function compareCounts(
  baseline: MeasuredOperation,
  candidate: MeasuredOperation,
): readonly MetricComparison[] {
  return [
    compareRate(baseline, candidate),
    compareErrors(baseline, candidate),
    ...compareDelivery(baseline, candidate),
    ...compareLosses(baseline, candidate),
  ]
}

function compareRate(baseline: MeasuredOperation, candidate: MeasuredOperation): MetricComparison {
  const rateOf = ({ result, operation }: MeasuredOperation): number | null =>
    achievedPerSecond(withIntervals(result), operation.name)
  const [a, b] = [rateOf(baseline), rateOf(candidate)]
  const started = ({ intervals }: MeasuredOperation): readonly number[] =>
    intervals.map((interval) => interval.started)
  const mark = (): Mark => {
    const nothing = nothingMeasured([baseline, candidate])
    if (nothing !== null) return nothing
    if (a === null || b === null) return { kind: 'not judged', why: 'no requests' }
    return markProportion(
      { overall: a, bySecond: started(baseline) },
      { overall: b, bySecond: started(candidate) },
    )
  }
  return metricOf({
    metric: 'rate',
    unit: '1/s',
    baseline: exact(a),
    candidate: exact(b),
    mark: mark(),
  })
}

/** Errors are requests that were due and didn't succeed: failed, timed out, dropped or unfinished. */
function compareErrors(
  baseline: MeasuredOperation,
  candidate: MeasuredOperation,
): MetricComparison {
  const occurrences = ({ operation: { counts }, intervals }: MeasuredOperation): Occurrences => ({
    count: Math.max(counts.planned - counts.ok, 0),
    of: counts.planned,
    bySecond: intervals.map(({ failed, timedOut, dropped }) => failed + timedOut + dropped),
  })
  const [a, b] = [occurrences(baseline), occurrences(candidate)]
  return metricOf({
    metric: 'errors',
    unit: 'share',
    baseline: ratioOf(a),
    candidate: ratioOf(b),
    mark: markOccurrences(a, b),
  })
}

/** Empty for an operation without recipients; not judged if the receipts of a run are unknown. */
function compareDelivery(
  baseline: MeasuredOperation,
  candidate: MeasuredOperation,
): readonly MetricComparison[] {
  const [a, b] = [baseline.operation, candidate.operation]
  if (a.deliveries === null || b.deliveries === null) return []
  const [before, after] = [countedDeliveries(a.deliveries), countedDeliveries(b.deliveries)]
  const ratio = (deliveries: typeof before): Figure =>
    exact(
      deliveries === null || deliveries.expected === 0
        ? null
        : deliveries.received / deliveries.expected,
    )
  const delivery = {
    metric: 'delivery',
    unit: 'share',
    baseline: ratio(before),
    candidate: ratio(after),
  } as const
  if (before === null || after === null) {
    return [metricOf({ ...delivery, mark: { kind: 'not judged', why: 'deliveries unknown' } })]
  }
  // Receipts go missing together, so this counts messages that any recipient missed, sent or not.
  const incomplete = (
    deliveries: NonNullable<typeof before>,
    { counts: { started } }: MeasuredOperation['operation'],
  ): Occurrences => ({
    count: Math.min(deliveries.incomplete, started),
    of: started,
    bySecond: [],
  })
  const lost = markOccurrences(incomplete(before, a), incomplete(after, b))
  const mark: Mark =
    lost.kind === 'worth a look'
      ? { kind: 'worth a look', direction: lost.direction === 'higher' ? 'lower' : 'higher' }
      : lost
  return [metricOf({ ...delivery, mark })]
}

/** Of what was promised. Empty for an operation without promises; not judged if the losses of a run are unknown. */
function compareLosses(
  { operation: { losses: before } }: MeasuredOperation,
  { operation: { losses: after } }: MeasuredOperation,
): readonly MetricComparison[] {
  if (before === null || after === null) return []
  const occurrences = (losses: typeof before): Occurrences | null =>
    losses.kind === 'unknown' ? null : { count: losses.lost, of: losses.promised, bySecond: [] }
  const [a, b] = [occurrences(before), occurrences(after)]
  const mark: Mark =
    a === null || b === null
      ? { kind: 'not judged', why: 'losses unknown' }
      : a.of === 0 || b.of === 0
        ? { kind: 'not judged', why: 'nothing promised' }
        : markOccurrences(a, b)
  const figure = (of: Occurrences | null): Figure => (of === null ? exact(null) : ratioOf(of))
  const [baseline, candidate] = [figure(a), figure(b)]
  return [metricOf({ metric: 'lost', unit: 'share', baseline, candidate, mark })]
}

function ratioOf({ count, of }: Occurrences): Figure {
  return exact(of === 0 ? null : count / of)
}
