import { metrics } from '@opentelemetry/api'
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../environment/programs.ts'
import { connectRegistry } from '../connect.ts'
import { boundedNamespace, OTHER } from './bounded-names.ts'

class OnDemand extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const reader = new OnDemand()
const provider = new MeterProvider({ readers: [reader] })
let servers: { readonly redis: ServerProgram; readonly nats: ServerProgram }

beforeAll(async () => {
  metrics.setGlobalMeterProvider(provider)
  const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
  servers = { redis, nats }
})
afterAll(async () => {
  metrics.disable()
  await provider.shutdown()
  await Promise.all([servers.redis.stop(), servers.nats.stop()])
})

async function collected(): Promise<ReadonlyMap<string, MetricData>> {
  const { resourceMetrics, errors } = await reader.collect()
  expect(errors).toEqual([])
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  return new Map(all.map((metric) => [metric.descriptor.name, metric]))
}

/** Values, or counts of histograms, by the attributes besides the namespace. */
async function valuesOf(name: string, namespace = 'orders'): Promise<Record<string, unknown>> {
  const points = (await collected()).get(`multicast_registry.${name}`)?.dataPoints ?? []
  const own = points.flatMap(({ attributes, value }) => {
    const { 'multicast_registry.namespace': of, ...others } = attributes
    if (of !== namespace) return []
    const key = Object.values(others).join(' ')
    return [[key, typeof value === 'number' ? value : value.count] as const]
  })
  return Object.fromEntries(own)
}

function connect(namespace = 'orders', telemetry = true) {
  const { redis, nats } = servers
  return connectRegistry({
    redisUrl: redis.url,
    natsUrls: [nats.url],
    namespace,
    telemetry,
    onWarning: () => {},
  })
}

test('calls, multicasts and states of registries are seen, summed by namespace; of closed ones, counts stay', async () => {
  const one = await connect()
  const two = await connect()
  await one.subscribe(['a', 'b'], () => {})
  await one.register('a', {})
  await one.register('b', {})
  await one.register('a', {}).catch(() => {})
  await one.register('nobody', {}, { gateway: one.gateway })
  await two.enumerate()
  await one.enumerate()
  await one.multicast({}, 'hello', { timeoutMs: 20_000 })
  await one.enumerate({}, { signal: AbortSignal.abort() }).catch(() => {})
  expect(await valuesOf('operation.duration')).toEqual({
    subscribe: 1,
    register: 3,
    'register ALREADY_EXISTS': 1,
    enumerate: 2,
    'enumerate ABORTED': 1,
    multicast: 1,
  })
  expect(await valuesOf('multicast.targets')).toEqual({ '': 1 })
  expect(await valuesOf('deliveries')).toEqual({ delivered: 2, failed: 1 })
  expect(await valuesOf('registered_identities')).toEqual({ '': 3 })
  expect(await valuesOf('connections')).toEqual({
    'redis up': 2,
    'redis down': 0,
    'nats up': 2,
    'nats down': 0,
  })
  expect(await valuesOf('backlog.size')).toEqual({ '': 0 })
  expect(await valuesOf('replica.reloads')).toEqual({ '': 0 })
  await one.heartbeat('nobody', 100)
  await expect
    .poll(async () => {
      await Promise.all([one.enumerate(), two.enumerate()])
      return valuesOf('ttl_expirations')
    })
    .toEqual({ '': 2 })
  await Promise.all([one.close(), two.close()])
  expect(await valuesOf('connections')).toMatchObject({ 'redis up': 0, 'nats up': 0 })
  expect(await valuesOf('registered_identities')).toEqual({ '': 0 })
  expect(await valuesOf('ttl_expirations')).toEqual({ '': 2 })
})

test('a registry without telemetry has no metrics', async () => {
  const registry = await connect('silent', false)
  await registry.register('a', {})
  await registry.multicast({}, 'hello', { timeoutMs: 100 })
  for (const name of ['operation.duration', 'multicast.targets', 'connections']) {
    expect(await valuesOf(name, 'silent')).toEqual({})
  }
  await registry.close()
})

test('metrics have the units of OpenTelemetry’s conventions', async () => {
  const units = [...(await collected()).values()].map(({ descriptor }) => [
    descriptor.name.replace('multicast_registry.', ''),
    descriptor.unit,
  ])
  expect(Object.fromEntries(units)).toMatchObject({
    'operation.duration': 's',
    'multicast.targets': '{identity}',
    deliveries: '{delivery}',
    ttl_expirations: '{registration}',
  })
})

test('namespaces beyond the fiftieth are counted as one', () => {
  const values = Array.from({ length: 60 }, (_, n) => boundedNamespace(`tenant-${n}`))
  expect(new Set(values).size).toBeLessThanOrEqual(51)
  expect(boundedNamespace('tenant-59')).toBe(OTHER)
  expect(boundedNamespace('tenant-0')).toBe('tenant-0')
})
