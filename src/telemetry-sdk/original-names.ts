import type { MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { MetricSource } from './prometheus-text.ts'

/** A metric under the name that the original has for it, with some of its data points. */
interface Alias {
  readonly of: string
  readonly name: string
  /** The attribute that data points must have, and that the alias leaves out. */
  readonly only?: readonly [attribute: string, value: string]
}

/** `multicast_registry_registered_identities` has the same name here. */
const ALIASES: readonly Alias[] = [
  {
    of: 'multicast_registry.operation.duration',
    name: 'multicast_registry.enumerate.latency',
    only: ['multicast_registry.operation', 'enumerate'],
  },
  {
    of: 'multicast_registry.deliveries',
    name: 'multicast_registry.delivered',
    only: ['multicast_registry.delivery.status', 'delivered'],
  },
  { of: 'multicast_registry.ttl_expirations', name: 'multicast_registry.ttl_expiration' },
]

/** The same metrics, and again those that the original has, under its names. */
export function withOriginalNames(source: MetricSource): MetricSource {
  return {
    collect: async (options) => {
      const { resourceMetrics, errors } = await source.collect(options)
      const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }): ScopeMetrics => ({
        scope,
        metrics: [...metrics, ...metrics.flatMap(aliasesOf)],
      }))
      return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors }
    },
  }
}

function aliasesOf(metric: MetricData): readonly MetricData[] {
  const { descriptor } = metric
  return ALIASES.filter(({ of }) => of === descriptor.name).map(({ name, only }) => {
    const renamed = { ...metric, descriptor: { ...descriptor, name } }
    if (only === undefined) return renamed
    const [attribute, value] = only
    const dataPoints = metric.dataPoints.flatMap((point) => {
      const { [attribute]: found, ...attributes } = point.attributes
      return found === value ? [{ ...point, attributes }] : []
    })
    // The points are of the metric's own kind, which the type can't express.
    return { ...renamed, dataPoints } as MetricData
  })
}
