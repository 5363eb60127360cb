import { expect, test } from 'vitest'
import { prometheusName, withPrometheusNames } from './prometheus-names.ts'
import { loadSdk } from './sdk.ts'

test.for([
  ['multicast_registry.operation.duration', 's', 'multicast_registry_operation_duration_seconds'],
  ['multicast_registry.backlog.size', 'By', 'multicast_registry_backlog_size_bytes'],
  ['multicast_registry.deliveries', '{delivery}', 'multicast_registry_deliveries'],
  ['loadtest.rate.asked', '{request}/s', 'loadtest_rate_asked_per_second'],
  ['loadtest.measurement.valid', '1', 'loadtest_measurement_valid'],
  ['queue.wait-seconds', 's', 'queue_wait_seconds'],
  ['plain', '', 'plain'],
] as const)('%s in %s is %s', ([name, unit, expected]) => {
  expect(prometheusName(name, unit)).toBe(expected)
})

test("the exporter's serializer writes names with their units, and types that fit", async () => {
  const { MeterProvider } = await loadSdk('@opentelemetry/sdk-metrics', 'a test')
  const prometheus = await loadSdk('@opentelemetry/exporter-prometheus', 'a test')
  const reader = new prometheus.PrometheusExporter({ preventServerStart: true })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('a')
  meter.createHistogram('wait.duration', { unit: 's' }).record(0.25)
  meter.createCounter('sent', { unit: '{message}' }).add(3)

  const { resourceMetrics } = await reader.collect()
  const text = new prometheus.PrometheusSerializer().serialize(withPrometheusNames(resourceMetrics))

  expect(text).toContain('# UNIT wait_duration_seconds seconds\n')
  expect(text).toContain('# TYPE wait_duration_seconds histogram\n')
  expect(text).toMatch(/^wait_duration_seconds_sum\{otel_scope_name="a"\} 0.25$/m)
  expect(text).toMatch(/^sent_total\{otel_scope_name="a"\} 3$/m)
})
