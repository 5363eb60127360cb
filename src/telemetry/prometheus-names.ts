import type { MetricData, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics'

/**
 * Suffixes of names in Prometheus by unit, where unit and suffix are spelled differently: as OpenTelemetry's
 * specification asks (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/),
 * and the serializer doesn't do.
 */
const SUFFIXES: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  By: 'bytes',
  '%': 'percent',
}

const PER: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour' }

/** What can't be written is left out: an exponential histogram, which has no form in the text format. */
export type IsWritable = (metric: MetricData) => boolean

/** The same metrics, under names that end in their units: `a.duration` in `s` becomes `a.duration.seconds`. */
export function namedForPrometheus(all: ResourceMetrics, isWritable: IsWritable): ResourceMetrics {
  const scopeMetrics = all.scopeMetrics.map(({ scope, metrics }): ScopeMetrics => ({
    scope,
    metrics: metrics.filter(isWritable).map(renamed),
  }))
  return { resource: all.resource, scopeMetrics }
}

function renamed(metric: MetricData): MetricData {
  const { descriptor } = metric
  const suffix = suffixOf(descriptor.unit)
  const { name } = descriptor
  if (suffix === '' || endsIn(name, suffix)) return metric
  return { ...metric, descriptor: { ...descriptor, name: `${name}.${suffix}` } }
}

/** Units in braces, such as `{request}`, say what is counted, and have no suffix. */
function suffixOf(unit: string): string {
  const [of = '', per, ...rest] = unit.replaceAll(/\{[^}]*\}/g, '').split('/')
  if (rest.length > 0) return ''
  const counted = of === '1' ? '' : (SUFFIXES[of] ?? of)
  if (per === undefined || per === '') return counted
  return [counted, 'per', PER[per] ?? per].filter((word) => word !== '').join('.')
}

function endsIn(name: string, suffix: string): boolean {
  const plain = (text: string) => text.replaceAll('.', '_')
  return plain(name).endsWith(`_${plain(suffix)}`)
}
