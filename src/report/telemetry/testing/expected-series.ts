import { JsHistogram } from 'hdr-histogram-js'
import { formatBound } from '../../../format-bound.ts'
import { deserializeHistogram } from '../../../run-file/json/histogram-json.ts'
import { intervalsOf } from '../../../run-file/json/intervals-json.ts'
import type { RunFile } from '../../../run-file/run-file.ts'
import type { HistogramJson } from '../../../run-file/schema/values-schema.ts'
import { BOUNDS_S } from '../explicit-bounds.ts'

/** A series that Prometheus should have of a run, and its last value. */
export interface ExpectedSeries {
  /** Such as `loadtest_requests_total{loadtest_operation="register",loadtest_outcome="ok"}`; labels are sorted. */
  readonly name: string
  readonly value: number
}

/** Labels of every series of a run, or that Prometheus adds. */
const COMMON = ['loadtest_run_id', 'loadtest_scenario', 'instance', 'job', 'otel_scope_name']

/** A series' name without the labels that all series of a run have. */
export function seriesName({ __name__: name = '', ...labels }: Record<string, string>): string {
  const own = Object.entries(labels)
    .filter(([key]) => !COMMON.includes(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}="${value}"`)
  return `${name}${own.length === 0 ? '' : `{${own.join(',')}}`}`
}

/**
 * The series of a finished run with one load, worked out from its run file alone. It knows no bounds of windows.
 */
export function expectedSeries({ scenarios }: RunFile): readonly ExpectedSeries[] {
  const [scenario] = scenarios
  if (scenario?.state !== 'measured') throw new Error('nothing was measured')
  const { result, verdict, slo } = scenario
  const intervals = intervalsOf(result)
  const seconds = result.measuredMs / 1_000
  const series: ExpectedSeries[] = []
  const add = (name: string, labels: Record<string, string>, value: number): void => {
    series.push({ name: seriesName({ __name__: name, ...labels }), value })
  }
  for (const {
    name,
    counts,
    errors,
    deliveries,
    response,
    service,
    lateness,
  } of result.operations) {
    const of = { loadtest_operation: name }
    const { ok, failed, timedOut, unfinished, dropped, notStarted } = counts
    const outcomes = {
      ok,
      failed,
      timed_out: timedOut,
      unfinished,
      dropped,
      not_started: notStarted,
    }
    for (const [outcome, value] of Object.entries(outcomes)) {
      add('loadtest_requests_total', { ...of, loadtest_outcome: outcome }, value)
    }
    for (const { code, count } of errors) {
      add('loadtest_errors_total', { ...of, error_type: code }, count)
    }
    if (deliveries?.kind === 'counted') {
      for (const outcome of ['received', 'missing'] as const) {
        const labels = { ...of, loadtest_outcome: outcome }
        add('loadtest_receipts_total', labels, deliveries[outcome])
      }
    }
    const times = { response_duration: response, service_duration: service, lateness }
    for (const [time, histogram] of Object.entries(times)) {
      const { count, meanMs } = histogram.figures
      const metric = `loadtest_${time}_seconds`
      add(`${metric}_count`, of, count)
      add(`${metric}_sum`, of, ((meanMs ?? 0) * count) / 1_000)
      add(`${metric}_bucket`, { ...of, le: '+Inf' }, count)
      for (const bound of BOUNDS_S) {
        add(`${metric}_bucket`, { ...of, le: String(bound) }, countUpTo(histogram, bound))
      }
    }
    const inTime = intervals.filter(
      ({ operation, second }) => operation === name && second * 1_000 < result.measuredMs,
    )
    const started = inTime.reduce((sum, interval) => sum + interval.started, 0)
    add('loadtest_rate_asked_per_second', of, counts.planned / seconds)
    add('loadtest_rate_achieved_per_second', of, started / seconds)
  }
  for (const { operation, metric, comparison, bound, unit, outcome } of slo) {
    if (outcome === 'inconclusive') continue
    const text = `${metric} ${comparison} ${formatBound(bound, unit)}`
    const labels = { loadtest_operation: operation, loadtest_slo_bound: text }
    add('loadtest_slo_met', labels, outcome === 'met' ? 1 : 0)
  }
  add('loadtest_measurement_valid', {}, verdict.kind === 'invalid' ? 0 : 1)
  add('loadtest_requests_in_flight', {}, 0)
  return series
}

/** By the library that wrote the histogram. */
function countUpTo(stored: HistogramJson, bound: number): number {
  const histogram = deserializeHistogram(stored)
  if (!(histogram instanceof JsHistogram)) throw new TypeError('cannot be read bucket by bucket')
  const buckets = histogram.recordedValuesIterator
  buckets.reset()
  let count = 0
  while (buckets.hasNext()) {
    const { valueIteratedTo, countAddedInThisIterationStep } = buckets.next()
    if (valueIteratedTo <= bound * 1e6) count += countAddedInThisIterationStep
  }
  return count
}
