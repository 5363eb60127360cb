import { readFileSync } from 'node:fs'
import { context, metrics, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { DataPointType, MeterProvider, type MetricData } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../src/environment/programs.ts'
import { connectRegistry } from '../../src/registry/connect.ts'
import { headerOf, RawClient } from '../../src/registry/nats/testing/raw-client.ts'
import { writeQuotas } from '../../src/registry/redis/stored-quotas.ts'
import { onDemandReader } from '../../src/telemetry/on-demand-reader.ts'
import { ROOT } from './page.ts'
import { cataloguedMetrics, cataloguedSpans } from './telemetry-catalogue.ts'

const page = readFileSync(new URL('docs/telemetry.md', ROOT), 'utf8')
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

const exporter = new InMemorySpanExporter()
let servers: readonly [ServerProgram, ServerProgram]
let collect: () => Promise<readonly MetricData[]>
beforeAll(async () => {
  if (missing !== undefined) return
  const reader = await onDemandReader('a test')
  collect = async () => {
    const { resourceMetrics } = await reader.collect()
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  }
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spanProcessors = [new SimpleSpanProcessor({ exporter })]
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }))
  servers = await Promise.all([startRedisProgram(), startNatsProgram()])
  await useEveryCall(servers)
})
afterAll(async () => {
  metrics.disable()
  trace.disable()
  context.disable()
  if (missing === undefined) await Promise.all(servers.map((server) => server.stop()))
})

test('the metrics of a registry are those of the page, with their types, units and attributes', async () => {
  const documented = cataloguedMetrics(page).filter(({ name }) => !name.startsWith('loadtest.'))
  const seen = await collect()
  expect(
    Object.fromEntries(seen.map((metric) => [metric.descriptor.name, kindOf(metric)])),
  ).toEqual(
    Object.fromEntries(documented.map(({ name, type, unit }) => [name, `${type} in ${unit}`])),
  )
  for (const { descriptor, dataPoints } of seen) {
    const own = documented.find(({ name }) => name === descriptor.name)?.attributes ?? []
    const keys = new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes)))
    keys.delete('multicast_registry.namespace')
    expect([...keys].toSorted(), descriptor.name).toEqual([...own].toSorted())
  }
})

test('the spans of a registry are those of the page, with their kinds', () => {
  const documented = cataloguedSpans(page)
  const seen = exporter
    .getFinishedSpans()
    .map(({ name, kind }) => `${name} ${SpanKind[kind].toLowerCase()}`)
  const matches = ({ pattern }: { readonly pattern: RegExp }, span: string) => pattern.test(span)
  expect(
    [...new Set(seen)].filter((span) => !documented.some((known) => matches(known, span))),
  ).toEqual([])
  expect(
    documented
      .filter((known) => !seen.some((span) => matches(known, span)))
      .map(({ name }) => name),
  ).toEqual([])
})

function kindOf({ descriptor, dataPointType }: MetricData): string {
  const types = {
    [DataPointType.GAUGE]: 'gauge',
    [DataPointType.SUM]: 'counter',
    [DataPointType.HISTOGRAM]: 'histogram',
    [DataPointType.EXPONENTIAL_HISTOGRAM]: 'histogram',
  }
  return `${types[dataPointType]} in ${descriptor.unit}`
}

/** Every call of a registry, one that fails, one that a quota refuses, and a message that can't be read. */
async function useEveryCall([redis, nats]: readonly [ServerProgram, ServerProgram]): Promise<void> {
  const namespace = 'orders'
  await writeQuotas({ redisUrl: redis.url, namespace, quotas: { maxIdentities: 3 } })
  const open = () =>
    connectRegistry({
      redisUrl: redis.url,
      natsUrls: [nats.url],
      namespace,
      quotas: true,
      onWarning: () => {},
    })
  const [registry, host] = await Promise.all([open(), open()])
  await host.subscribe(['a', 'b'], () => {})
  await host.subscribeMatching('c.>', () => {})
  await host.register('a', { room: 'attic' })
  await host.register('b', {})
  await host.register('a', {}).catch(() => {})
  await host.register('c.1', {})
  await host.register('d', {}).catch(() => {})
  await host.heartbeat('a', 60_000)
  await host.move('b', { gateway: host.gateway }).catch(() => {})
  for await (const _ of await registry.watch({})) break
  await registry.enumerate()
  await registry.multicast({}, 'hello', { timeoutMs: 2_000 })
  const raw = await RawClient.connect(nats.url)
  raw.publish(`prism.multicast.${namespace}.a`, { header: headerOf('bad key: v'), body: 'x' })
  await expect.poll(() => host.warnings.size, { timeout: 10_000 }).toBeGreaterThan(0)
  raw.close()
  await host.unregister('b')
  await registry.clear()
}
