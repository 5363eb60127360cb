import { metrics, trace, type Tracer } from '@opentelemetry/api'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { startNatsProgram, startRedisProgram } from '../environment/programs.ts'
import { connectRegistry } from '../registry/connect.ts'
import { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts'

const started: Telemetry[] = []
afterEach(() => Promise.all(started.splice(0).map((telemetry) => telemetry.close())))

async function start(options: Partial<TelemetryOptions> = {}): Promise<Telemetry> {
  const telemetry = await startTelemetry({ serviceName: 'orders', port: 0, ...options })
  started.push(telemetry)
  return telemetry
}

async function get({ url }: Telemetry, path: string) {
  const response = await fetch(url + path)
  return { status: response.status, body: await response.text() }
}

test('a process is ready while its registry is connected to Redis and NATS', async () => {
  const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram()])
  onTestFinished(() => Promise.allSettled([redis.stop(), nats.stop()]).then(() => {}))
  const telemetry = await start()
  expect(await get(telemetry, '/readyz')).toEqual({
    status: 503,
    body: 'no registry is connected yet\n',
  })
  const registry = await connectRegistry({
    redisUrl: redis.url,
    natsUrls: [nats.url],
    namespace: 'orders',
  })
  telemetry.readyWith(registry)
  expect(await get(telemetry, '/readyz')).toEqual({ status: 200, body: 'ready\n' })
  await nats.stop()
  await expect
    .poll(() => get(telemetry, '/readyz'), { timeout: 20_000 })
    .toEqual({ status: 503, body: 'the registry of "orders" is not connected to NATS\n' })
  await registry.close()
  expect((await get(telemetry, '/readyz')).body).toContain('is not connected to Redis')
  expect((await get(telemetry, '/healthz')).status).toBe(200)
})

describe('/metrics', () => {
  test('has the metrics of the process, and the original’s names if asked for', async () => {
    const telemetry = await start({ originalNames: true })
    const meter = metrics.getMeter('prism-loadtest')
    const durations = meter.createHistogram('multicast_registry.operation.duration', { unit: 's' })
    durations.record(1, { 'multicast_registry.operation': 'enumerate' })
    durations.record(1, { 'multicast_registry.operation': 'register' })
    const deliveries = meter.createCounter('multicast_registry.deliveries', { unit: '{delivery}' })
    deliveries.add(5, { 'multicast_registry.delivery.status': 'delivered' })
    deliveries.add(2, { 'multicast_registry.delivery.status': 'failed' })
    meter.createCounter('multicast_registry.ttl_expirations').add(3)
    const { body } = await get(telemetry, '/metrics')
    const sums = body.split('\n').filter((line) => !line.includes('_bucket'))
    const scope = 'otel_scope_name="prism-loadtest"'
    expect(sums).toEqual(
      expect.arrayContaining([
        `multicast_registry_operation_duration_seconds_count{multicast_registry_operation="register",${scope}} 1`,
        `multicast_registry_enumerate_latency_seconds_count{${scope}} 1`,
        `multicast_registry_delivered_total{${scope}} 5`,
        `multicast_registry_ttl_expiration_total{${scope}} 3`,
        'target_info{service_name="orders"} 1',
      ]),
    )
  })
})

test('is refused a second time, with invalid options, and can be started again once closed', async () => {
  const first = await start()
  await expect(start()).rejects.toThrow(
    'startTelemetry: this process has registered an SDK already. Call it once,',
  )
  await first.close()
  await expect(start({ otlp: 'localhost:4318' })).rejects.toThrow('try http://localhost:4318')
  await expect(start({ sampledRatio: 2 })).rejects.toThrow('is not a number from 0 to 1')
  await start()
})

test('leaves an SDK that traces already as it is, and stops what it started', async () => {
  const other = { getTracer: (name: string) => ({ name }) as unknown as Tracer }
  trace.setGlobalTracerProvider(other)
  onTestFinished(() => trace.disable())
  await expect(start({ otlp: 'http://127.0.0.1:1' })).rejects.toThrow('an SDK already')
  expect(trace.getTracer('mine')).toEqual({ name: 'mine' })
  await start()
})

test('a collector that is unreachable doesn’t keep the process from ending', async () => {
  const telemetry = await start({ otlp: 'http://127.0.0.1:1/' })
  metrics.getMeter('a').createCounter('b').add(1)
  await telemetry.close()
})
