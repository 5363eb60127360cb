import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'

/** Units of the Unified Code for Units of Measure, as Prometheus spells them. Others are left as they are. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['By', 'bytes'],
])

/**
 * A metric's name in Prometheus, without the `_total` of counters: dots become underscores, and the unit follows.
 * OpenTelemetry's exporter for Prometheus, 0.301, omits the unit.
 *
 * Annotations such as `{request}` are not part of a name, and a rate ends in `_per_second`.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function prometheusName(name: string, unit: string): string {
  const whole = name.replaceAll(/[^a-zA-Z0-9_:]+/g, '_')
  const suffix = suffixOf(unit)
  return suffix === '' || whole.endsWith(`_${suffix}`) ? whole : `${whole}_${suffix}`
}

/** Metrics as their serializer has to be given them to write names that have their units. */
export function withPrometheusNames({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(renamed),
    })),
  }
}

function renamed(metric: MetricData): MetricData {
  const { descriptor } = metric
  const name = prometheusName(descriptor.name, descriptor.unit)
  // Prometheus takes a unit only if the name ends in it.
  const unit = suffixOf(descriptor.unit)
  return { ...metric, descriptor: { ...descriptor, name, unit } }
}

/** Such as `seconds` or `per_second`; empty if the unit only counts things. */
function suffixOf(unit: string): string {
  const [amount = '', per] = unit.replaceAll(/\{[^}]*\}/g, '').split('/')
  const words = [
    // The number one: a name such as loadtest_measurement_valid says what it is.
    ...(amount === '' || amount === '1' ? [] : [WORDS.get(amount) ?? amount]),
    ...(per === undefined ? [] : ['per', per === 's' ? 'second' : per]),
  ]
  return words.join('_').replaceAll(/[^a-zA-Z0-9_]+/g, '_')
}
