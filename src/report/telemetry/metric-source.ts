import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api'
import type { CollectionResult, DataPoint, MetricData } from '@opentelemetry/sdk-metrics'
import type { MetricSource } from '../../telemetry-sdk/prometheus-text.ts'
import { loadSdk } from '../../telemetry-sdk/sdk.ts'
import { redactUrls } from '../../environment/redact-url.ts'
import type { OperationFigures, TimeName } from './load-figures.ts'
import type { FollowedLoad, RunMetrics } from './run-metrics.ts'
import { explicitTimes, exponentialTimes } from './time-points.ts'

const SCOPE = { name: 'prism-loadtest.load' }

/** How histograms are told: OTLP has exponential buckets, Prometheus's text has explicit ones. */
export type BucketKind = 'explicit' | 'exponential'

/**
 * The metrics of a run's loads, as the SDK's exporters take them: cumulative since each load's start.
 * @param neededFor names the feature in errors.
 * @throws InputError if the SDK is not installed.
 */
export async function runMetricSource(
  run: RunMetrics,
  buckets: BucketKind,
  neededFor: string,
): Promise<MetricSource> {
  const { AggregationTemporality, DataPointType } = await loadSdk(
    '@opentelemetry/sdk-metrics',
    neededFor,
  )
  const { resourceFromAttributes } = await loadSdk('@opentelemetry/resources', neededFor)
  const resource = resourceFromAttributes({ 'service.name': 'prism-loadtest' })
  const common = { aggregationTemporality: AggregationTemporality.CUMULATIVE } as const
  const counter = (
    name: string,
    unit: string,
    description: string,
    points: Points,
  ): MetricData => ({
    ...common,
    descriptor: { name, unit, description, valueType: ValueType.INT },
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: [...points],
  })
  const gauge = (name: string, unit: string, description: string, points: Points): MetricData => ({
    ...common,
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    dataPointType: DataPointType.GAUGE,
    dataPoints: [...points],
  })
  const histogram = (
    name: string,
    description: string,
    operations: readonly FollowedOperation[],
    time: TimeName,
  ): MetricData => {
    const descriptor = { name, unit: 's', description, valueType: ValueType.DOUBLE }
    const counts = ({ figures }: FollowedOperation) => figures.times[time]
    return buckets === 'explicit'
      ? {
          ...common,
          descriptor,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: operations.map((of) => of.point(explicitTimes(counts(of)))),
        }
      : {
          ...common,
          descriptor,
          dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
          dataPoints: operations.map((of) => of.point(exponentialTimes(counts(of)))),
        }
  }
  return {
    collect: async (): Promise<CollectionResult> => {
      const now = timeOf(Date.now())
      const { loads } = run
      const operations = loads.flatMap((load) => operationsOf(load, now))
      const each = (of: (figures: OperationFigures) => Map<string, number>, key: string): Points =>
        operations.flatMap(({ figures, point }) =>
          [...of(figures)].map(([value, count]) => point(count, { [key]: value })),
        )
      const rates = (of: (figures: OperationFigures) => number | null): Points =>
        operations.flatMap(({ figures, point }) => {
          const rate = of(figures)
          return rate === null ? [] : [point(rate)]
        })
      const ofLoads = (of: (load: FollowedLoad) => Points): Points => loads.flatMap(of)
      const metrics = [
        counter(
          'loadtest.requests',
          '{request}',
          'Requests that were due, by outcome.',
          each(({ requests }) => requests, 'loadtest.outcome'),
        ),
        counter(
          'loadtest.errors',
          '{request}',
          'Requests that failed, by error code.',
          each(({ errors }) => errors, 'error.type'),
        ),
        counter(
          'loadtest.receipts',
          '{receipt}',
          'Receipts that were expected, by outcome.',
          each(({ receipts }) => receipts, 'loadtest.outcome'),
        ),
        histogram(
          'loadtest.response.duration',
          'Intended start to done, of successful and timed-out or unfinished requests.',
          operations,
          'response',
        ),
        histogram(
          'loadtest.service.duration',
          'Actual start to done, of the same requests.',
          operations,
          'service',
        ),
        histogram(
          'loadtest.lateness',
          'Intended to actual start, of requests started.',
          operations,
          'lateness',
        ),
        gauge(
          'loadtest.rate.asked',
          '{request}/s',
          'Requests due per second: in the last second, or over a load that has ended.',
          rates(({ asked }) => asked),
        ),
        gauge(
          'loadtest.rate.achieved',
          '{request}/s',
          'Requests started per second: in the last second, or over a load that has ended.',
          rates(({ achieved }) => achieved),
        ),
        gauge(
          'loadtest.requests.in_flight',
          '{request}',
          'Requests under way.',
          ofLoads((load) => [pointOf(load, {}, now, load.figures.inFlight)]),
        ),
        gauge(
          'loadtest.measurement.valid',
          '1',
          '1 if the measurement may be trusted, 0 if it is invalid or was interrupted.',
          ofLoads((load) =>
            load.figures.isValid === null
              ? []
              : [pointOf(load, {}, now, load.figures.isValid ? 1 : 0)],
          ),
        ),
        gauge(
          'loadtest.slo.met',
          '1',
          '1 if the bound is met, 0 if it is missed; absent if inconclusive.',
          ofLoads((load) =>
            load.figures.slo.map(({ bound, operation, isMet }) =>
              pointOf(
                load,
                { 'loadtest.operation': operation, 'loadtest.slo.bound': bound },
                now,
                isMet ? 1 : 0,
              ),
            ),
          ),
        ),
      ]
      return {
        resourceMetrics: {
          resource,
          scopeMetrics: [
            { scope: SCOPE, metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0) },
          ],
        },
        errors: [],
      }
    },
  }
}

type Points = readonly DataPoint<number>[]

interface FollowedOperation {
  readonly figures: OperationFigures
  readonly point: <T>(value: T, more?: Attributes) => DataPoint<T>
}

function operationsOf(load: FollowedLoad, now: HrTime): readonly FollowedOperation[] {
  return [...load.figures.operations].map(([name, figures]) => ({
    figures,
    point: (value, more = {}) =>
      pointOf(load, { 'loadtest.operation': redactUrls(name), ...more }, now, value),
  }))
}

function pointOf<T>(
  { attributes, figures }: FollowedLoad,
  more: Attributes,
  endTime: HrTime,
  value: T,
): DataPoint<T> {
  const startTime = timeOf(figures.startMs)
  return { startTime, endTime, attributes: { ...attributes, ...more }, value }
}

function timeOf(unixMs: number): HrTime {
  return [Math.floor(unixMs / 1_000), (unixMs % 1_000) * 1e6]
}
