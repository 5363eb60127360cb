import { readFileSync } from 'node:fs'
import { context, metrics, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { DataPointType, MeterProvider, type MetricData } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { Redis } from 'ioredis'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../src/environment/programs.ts'
import { connectRegistry } from '../../src/registry/connect.ts'
import { headerOf, RawClient } from '../../src/registry/nats/testing/raw-client.ts'
import { functionLibrary } from '../../src/registry/redis/functions.ts'
import { keysOf } from '../../src/registry/redis/keys.ts'
import { writeQuotas } from '../../src/registry/redis/stored-quotas.ts'
import { onDemandReader } from '../../src/telemetry-sdk/on-demand-reader.ts'
import { ROOT } from './page.ts'
import { cataloguedMetrics, cataloguedSpans, expectSpans } from './telemetry-catalogue.ts'

const page = readFileSync(new URL('docs/telemetry.md', ROOT), 'utf8')
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

test('a registry makes the metrics and spans of the page, with their types, units, attributes and kinds, and no others', async () => {
  const { metricsSeen, spansSeen } = await whatARegistryMakes()
  expectMetrics(metricsSeen)
  expectSpans(
    spansSeen,
    cataloguedSpans(page).filter(({ isOfLoad }) => !isOfLoad),
  )
})

function expectMetrics(seen: readonly MetricData[]): void {
  const documented = cataloguedMetrics(page).filter(({ name }) => !name.startsWith('loadtest.'))
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
}

/** The metrics and spans of a registry whose every call is used. The SDK is global, so it is removed afterwards. */
async function whatARegistryMakes(): Promise<{
  readonly metricsSeen: readonly MetricData[]
  readonly spansSeen: readonly string[]
}> {
  const reader = await onDemandReader('a test')
  const exporter = new InMemorySpanExporter()
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spanProcessors = [new SimpleSpanProcessor({ exporter })]
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }))
  onTestFinished(() => {
    metrics.disable()
    trace.disable()
    context.disable()
  })
  const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
  onTestFinished(async () => {
    await Promise.all([redis.stop(), nats.stop()])
  })
  await useEveryCall([redis, nats])
  const { resourceMetrics } = await reader.collect()
  return {
    metricsSeen: resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics),
    spansSeen: exporter
      .getFinishedSpans()
      .map(({ name, kind }) => `${name} ${SpanKind[kind].toLowerCase()}`),
  }
}

function kindOf({ descriptor, dataPointType }: MetricData): string {
  const types = {
    [DataPointType.GAUGE]: 'gauge',
    [DataPointType.SUM]: 'counter',
    [DataPointType.HISTOGRAM]: 'histogram',
    [DataPointType.EXPONENTIAL_HISTOGRAM]: 'histogram',
  }
  return `${types[dataPointType]} in ${descriptor.unit}`
}

/** Every call of a registry: calls that fail, that a quota refuses and that expire; and a message that can't be read. */
async function useEveryCall([redis, nats]: readonly [ServerProgram, ServerProgram]): Promise<void> {
  const namespace = 'orders'
  const places = { redisUrl: redis.url, natsUrls: [nats.url], onWarning: () => {} }
  await writeQuotas({ redisUrl: redis.url, namespace, quotas: { identities: 4 } })
  const [registry, host] = await Promise.all(
    [0, 1].map(async () => {
      const opened = await connectRegistry({ ...places, namespace, quotas: true })
      onTestFinished(() => opened.close())
      return opened
    }),
  )
  if (registry === undefined || host === undefined) throw new Error('not connected')
  await host.subscribe(['a', 'b'], () => {})
  await host.subscribeMatching('c.*', () => {})
  await host.register('a', { room: 'attic' })
  const { registeredAt } = await host.register('b', {})
  await host.register('a', {}).catch(() => {})
  await host.register('c.1', {})
  await host.register('brief', {}, { ttlMs: 300 })
  await host.register('one-too-many', {}).catch(() => {})
  await host.heartbeat('a', 60_000)
  await host.moveTo({ identity: 'b', registeredAt, gateway: host.gateway }, registry.gateway)
  await host.moveTo({ identity: 'b', registeredAt, gateway: registry.gateway }, host.gateway)
  for await (const _ of registry.watch({})) break
  await expect.poll(async () => (await registry.enumerate()).totalCount).toBe(3)
  await registry.multicast({}, 'hello', { timeoutMs: 2_000 })
  const raw = await RawClient.connect(nats.url)
  raw.publish(`prism.multicast.${namespace}.a`, { header: headerOf('bad key: v'), body: 'x' })
  await expect.poll(() => host.warnings.size, { timeout: 10_000 }).toBeGreaterThan(0)
  await host.unregister('b')
  await registry.clear()
  // Closing waits for handlers, whose spans would be missing.
  await Promise.all([registry.close(), host.close()])
  await useFunctionsAndDurability(redis, nats)
}

async function useFunctionsAndDurability(redis: ServerProgram, nats: ServerProgram): Promise<void> {
  const administrator = new Redis(redis.url)
  await administrator.function('LOAD', 'REPLACE', functionLibrary())
  await administrator.set(keysOf('durable').identity('of-another-type'), 'text')
  await administrator.quit()
  const registry = await connectRegistry({
    redisUrl: redis.url,
    natsUrls: [nats.url],
    namespace: 'durable',
    scripts: 'functions',
    durability: { gatewayName: 'host' },
  })
  onTestFinished(() => registry.close())
  await registry.subscribe('a', () => {})
  await registry.register('a', {})
  await registry.register('of-another-type', {}).catch(() => {})
  await registry.multicast({}, 'hello', { delivery: 'exactly-once' })
  await registry.close()
}
