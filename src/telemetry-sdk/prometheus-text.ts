import type { CollectionResult, MetricData } from '@opentelemetry/sdk-metrics'
import { counted } from '../format.ts'
import { withPrometheusNames } from './prometheus-names.ts'
import { loadSdk } from './sdk.ts'

/** A `MetricReader` or `MetricProducer` of the SDK: collects the current values of metrics. */
export interface MetricSource {
  collect(options?: { readonly timeoutMillis?: number }): Promise<CollectionResult>
}

/** Writes metrics in the text format of Prometheus. */
export type PrometheusText = (collected: CollectionResult) => string

/** The text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * A writer of the text format. Histograms need explicit buckets: exponential ones are left out, and named in
 * a comment, as is the number of metrics that couldn't be collected.
 * @param neededFor names the feature in errors, such as `--prometheus`.
 * @throws InputError that names what to install, if the SDK is missing.
 */
export async function prometheusText(neededFor: string): Promise<PrometheusText> {
  const [{ PrometheusSerializer }, { DataPointType }] = await Promise.all([
    loadSdk('@opentelemetry/exporter-prometheus', neededFor),
    loadSdk('@opentelemetry/sdk-metrics', neededFor),
  ])
  const serializer = new PrometheusSerializer()
  return ({ resourceMetrics, errors }) => {
    const isExponential = ({ dataPointType }: MetricData) =>
      dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM
    const all = resourceMetrics.scopeMetrics
    const left = all.flatMap(({ metrics }) => metrics.filter(isExponential))
    const scopeMetrics = all.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.filter((metric) => !isExponential(metric)),
    }))
    const written = withPrometheusNames({ ...resourceMetrics, scopeMetrics })
    const comments = [
      ...left.map(
        ({ descriptor }) => `# ${descriptor.name} is left out: its buckets are exponential`,
      ),
      ...(errors.length === 0
        ? []
        : [`# ${counted(errors.length, 'metric')} could not be collected`]),
    ]
    return `${[serializer.serialize(written).trimEnd(), ...comments].join('\n')}\n`
  }
}
