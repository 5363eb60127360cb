import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { choice, dashboard, stat, timeSeries } from './panels.ts'

const OF = '{multicast_registry_namespace=~"$namespace"}'
const OK = '{multicast_registry_namespace=~"$namespace",error_type=""}'
const FAILED = '{multicast_registry_namespace=~"$namespace",error_type!=""}'
const CALLS = 'multicast_registry_operation_duration_seconds'

/** P50, P99 and others of successful calls, by operation. */
function percentile(ratio: number): string {
  return `histogram_quantile(${ratio}, sum by (le, multicast_registry_operation) (rate(${CALLS}_bucket${OK}[$__rate_interval])))`
}

/** The processes that use a registry: calls, errors, latency, deliveries, replicas and connections. */
export function registryDashboard(): Dashboard {
  return dashboard('Multicast registry', 'multicast-registry', '15s')
    .withVariable(
      choice(
        'namespace',
        'Namespace',
        `label_values(${CALLS}_count, multicast_registry_namespace)`,
      ),
    )
    .withRow(new RowBuilder('Now'))
    .withPanel(
      stat({
        title: 'Registered identities',
        description:
          'Registrations that a replica holds. Replicas of one namespace hold the same ones.',
        unit: 'short',
        queries: [
          {
            expr: `sum(max by (multicast_registry_namespace) (multicast_registry_registered_identities${OF}))`,
            legend: '',
          },
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Faults',
        description:
          'Ratio of calls that fail through the fault of the registry or its servers, by the rules in deploy/prometheus.',
        unit: 'percentunit',
        limit: 0.01,
        queries: [
          { expr: `max(namespace:multicast_registry_faults:ratio_rate5m${OF})`, legend: '' },
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Connections down',
        description: 'Processes with such a connection are not ready: see /readyz of each.',
        unit: 'short',
        limit: 1,
        queries: [
          {
            expr: 'sum(multicast_registry_connections{multicast_registry_namespace=~"$namespace",multicast_registry_connection_state="down"})',
            legend: '',
          },
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Expirations',
        description: 'Registrations per second that end because no heartbeat came.',
        unit: 'ops',
        limit: 100,
        queries: [
          {
            expr: `sum(max by (multicast_registry_namespace) (rate(multicast_registry_ttl_expirations_total${OF}[$__rate_interval])))`,
            legend: '',
          },
        ],
      }),
    )
    .withRow(new RowBuilder('Calls'))
    .withPanel(
      timeSeries({
        title: 'Calls',
        description: 'Calls per second, by operation.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (multicast_registry_operation) (rate(${CALLS}_count${OF}[$__rate_interval]))`,
            legend: '{{multicast_registry_operation}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Errors',
        description: 'Failed calls per second, by code: also refusals of what callers asked for.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (multicast_registry_operation, error_type) (rate(${CALLS}_count${FAILED}[$__rate_interval]))`,
            legend: '{{multicast_registry_operation}} {{error_type}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'P99 of successful calls',
        description: 'Above 100 ms, or 20 ms for enumerate, for 5 minutes, an alert fires.',
        unit: 's',
        limit: 0.1,
        queries: [{ expr: percentile(0.99), legend: '{{multicast_registry_operation}}' }],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'P50 of successful calls',
        description: 'If only P99 is high, look at pauses; if P50 is too, at the servers.',
        unit: 's',
        queries: [{ expr: percentile(0.5), legend: '{{multicast_registry_operation}}' }],
      }),
    )
    .withRow(new RowBuilder('Multicasts'))
    .withPanel(
      timeSeries({
        title: 'Deliveries',
        description: 'Targets per second, by what became of the message.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (multicast_registry_delivery_status) (rate(multicast_registry_deliveries_total${OF}[$__rate_interval]))`,
            legend: '{{multicast_registry_delivery_status}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Targets per multicast',
        description: 'P50 and P99 of how many identities a multicast addresses.',
        unit: 'short',
        queries: [0.5, 0.99].map((ratio) => ({
          expr: `histogram_quantile(${ratio}, sum by (le) (rate(multicast_registry_multicast_targets_bucket${OF}[$__rate_interval])))`,
          legend: `P${ratio * 100}`,
        })),
      }),
    )
    .withRow(new RowBuilder('Inside'))
    .withPanel(
      timeSeries({
        title: 'Replica lag',
        description:
          'How long calls have been waiting for the replica to catch up with the log; 0 when it has.',
        unit: 's',
        queries: [
          {
            expr: `max by (job, instance) (multicast_registry_replica_lag_seconds${OF})`,
            legend: '{{instance}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Log',
        description: 'Entries of the log of changes, of all namespaces shown.',
        unit: 'short',
        queries: [
          {
            expr: `sum(max by (multicast_registry_namespace) (multicast_registry_log_length${OF}))`,
            legend: 'entries',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Backlog',
        description: 'Bytes of received messages whose handlers are not done.',
        unit: 'bytes',
        queries: [
          {
            expr: `sum by (job, instance) (multicast_registry_backlog_size_bytes${OF})`,
            legend: '{{instance}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Reloads, warnings and refusals',
        description:
          'Per second: whole loads of a namespace, messages or records that were ignored, calls over a quota.',
        unit: 'ops',
        queries: [
          {
            expr: `sum(rate(multicast_registry_replica_reloads_total${OF}[$__rate_interval]))`,
            legend: 'reloads',
          },
          {
            expr: `sum by (multicast_registry_warning_code) (rate(multicast_registry_warnings_total${OF}[$__rate_interval]))`,
            legend: '{{multicast_registry_warning_code}}',
          },
          {
            expr: `sum by (error_type) (rate(multicast_registry_quota_refusals_total${OF}[$__rate_interval]))`,
            legend: '{{error_type}}',
          },
        ],
      }),
    )
    .build()
}
