import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MetricsServer, type MetricsServerOptions } from './metrics-server.ts'

class OnDemand extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

let reader: OnDemand
let provider: MeterProvider
const servers: MetricsServer[] = []

beforeEach(() => {
  reader = new OnDemand()
  provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({ 'service.name': 'orders' }),
    views: [
      {
        instrumentName: 'exponential',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  })
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
  await provider.shutdown()
})

async function open(options: Partial<MetricsServerOptions> = {}): Promise<MetricsServer> {
  const server = await MetricsServer.open({
    port: 0,
    metrics: reader,
    neededFor: 'startTelemetry',
    ...options,
  })
  servers.push(server)
  return server
}

async function get(server: MetricsServer, path: string, method = 'GET') {
  const response = await fetch(server.url + path, { method })
  return { status: response.status, body: await response.text(), headers: response.headers }
}

describe('/metrics', () => {
  test('has the names, units and buckets that Prometheus expects', async () => {
    const meter = provider.getMeter('shop')
    meter
      .createHistogram('request.duration', {
        unit: 's',
        advice: { explicitBucketBoundaries: [0.1, 1] },
      })
      .record(0.5, { 'error.type': 'a "quoted"\nreason' })
    meter.createCounter('requests', { unit: '{request}' }).add(3)
    meter.createGauge('rate', { unit: '{request}/s' }).record(7)
    meter.createGauge('backlog.size', { unit: 'By' }).record(9)
    meter.createGauge('valid', { unit: '1' }).record(1)
    const { status, body, headers } = await get(await open(), '/metrics')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(body).toContain('# TYPE request_duration_seconds histogram')
    expect(body).toContain(
      String.raw`request_duration_seconds_bucket{error_type="a \"quoted\"\nreason",otel_scope_name="shop",le="1"} 1`,
    )
    expect(body).toContain('requests_total{otel_scope_name="shop"} 3')
    expect(body).toContain('rate_per_second{otel_scope_name="shop"} 7')
    expect(body).toContain('backlog_size_bytes{otel_scope_name="shop"} 9')
    expect(body).toContain('valid{otel_scope_name="shop"} 1')
    expect(body).toMatch(/^target_info\{service_name="orders"\} 1$/m)
  })

  test('leaves out what the format can’t say, and says so', async () => {
    const meter = provider.getMeter('shop')
    meter.createHistogram('exponential').record(1)
    meter.createObservableGauge('broken').addCallback(() => {
      throw new Error('no')
    })
    meter.createCounter('sound').add(1)
    const { status, body } = await get(await open(), '/metrics')
    expect(status).toBe(200)
    expect(body).toContain('sound_total')
    expect(body).toContain('# exponential is left out: its buckets are exponential\n')
    expect(body).toContain('# 1 metric could not be collected\n')
  })

  test('is one collection for scrapes at the same time, each of which is told', async () => {
    let collections = 0
    let scrapes = 0
    const metrics = {
      collect: () => {
        collections += 1
        return reader.collect()
      },
    }
    const server = await open({ metrics, onScrape: () => (scrapes += 1) })
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
    const asked = 'GET /metrics HTTP/1.1\r\nhost: a\r\n'
    socket.write(`${asked}\r\n${asked}\r\n${asked}connection: close\r\n\r\n`)
    const answers = await text(socket)
    expect(answers.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3)
    expect({ scrapes, collections }).toEqual({ scrapes: 3, collections: 1 })
  })

  test('fails if nothing can be collected, and the process goes on', async () => {
    const metrics = { collect: () => Promise.reject(new Error('the reader was shut down')) }
    const server = await open({ metrics })
    const { status, body } = await get(server, '/metrics')
    expect([status, body]).toEqual([
      500,
      "metrics can't be collected: Error: the reader was shut down\n",
    ])
    expect((await get(server, '/healthz')).status).toBe(200)
  })
})

test('/readyz says why the process is not ready', async () => {
  const reasons = ['orders: Redis is down', 'orders: NATS is down']
  const server = await open({ notReady: () => reasons })
  const before = await get(server, '/readyz')
  expect([before.status, before.body]).toEqual([
    503,
    'orders: Redis is down\norders: NATS is down\n',
  ])
  reasons.length = 0
  expect((await get(server, '/readyz')).status).toBe(200)
})

test('answers GET and HEAD of its own paths only', async () => {
  const server = await open()
  expect((await get(server, '/healthz')).body).toBe('alive\n')
  expect((await get(server, '/metrics?a=1', 'HEAD')).status).toBe(200)
  const posted = await get(server, '/metrics', 'POST')
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect((await get(server, '/readyz')).status).toBe(404)
  expect((await get(server, '/')).status).toBe(404)
  expect((await get(server, '//[')).status).toBe(404)
})

test('a port or an address that is unavailable is refused with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  await expect(open({ port })).rejects.toThrow(
    `startTelemetry: port ${port} is taken. Use another port, or 0 for any free port.`,
  )
  await expect(open({ host: '192.0.2.1' })).rejects.toThrow(
    'startTelemetry: 192.0.2.1 is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.',
  )
  other.close()
})

test('closes while a connection is open, once or twice', async () => {
  const server = await open()
  await get(server, '/healthz')
  await Promise.all([server.close(), server.close()])
  await server.close()
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
})
