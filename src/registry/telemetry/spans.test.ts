import { randomUUID } from 'node:crypto'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { connectRegistry } from '../connect.ts'
import type { MulticastRegistry } from '../registry.ts'

const backends = inject('backends')
const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
const tracer = provider.getTracer('user')
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)

beforeEach(({ skip }) => skip(backends.kind === 'memory', 'needs servers'))
afterAll(() => {
  trace.disable()
  context.disable()
})

test('a multicast to 10,000 identities behind two gateways is one trace of few spans, from Redis to the handlers', async () => {
  const namespace = `spans-${randomUUID().slice(0, 8)}`
  const [sender, ...hosts] = await Promise.all([open(namespace), open(namespace), open(namespace)])
  const handlerTraces = new Set<string | undefined>()
  const half = 5_000
  for (const [index, host] of hosts.entries()) {
    const names = Array.from({ length: half }, (_, n) => `h${index}.user-${n}`)
    await host.subscribe(names, async () => {
      handlerTraces.add(trace.getActiveSpan()?.spanContext().traceId)
    })
    await Promise.all(names.map((name) => host.register(name, {})))
  }
  exporter.reset()
  const traceId = await tracer.startActiveSpan('request', async (span) => {
    const { statuses } = await sender.multicast({}, 'hello', { timeoutMs: 20_000 })
    expect([...statuses.values()].filter((status) => status === 'DELIVERED')).toHaveLength(2 * half)
    span.end()
    return span.spanContext().traceId
  })
  const spans = await vi.waitFor(() => {
    const all = exporter.getFinishedSpans()
    expect(all.filter(({ kind }) => kind === SpanKind.CONSUMER).length).toBeGreaterThanOrEqual(2)
    return all.filter((span) => span.spanContext().traceId === traceId)
  })
  // Far fewer than identities: pages of the log, and messages.
  expect(spans.length).toBeLessThan(1_000)
  expect([...handlerTraces]).toEqual([traceId])
  const ofKind = (wanted: SpanKind) => spans.filter(({ kind }) => kind === wanted)
  const multicast = spans.find(({ name }) => name === 'registry.multicast')
  expect(multicast?.attributes).toEqual({
    'multicast_registry.targets': 10_000,
    'multicast_registry.delivered': 10_000,
  })
  const wait = spans.find(({ name }) => name === 'wait for replica')
  expect(parentOf(wait)).toBe(idOf(multicast))
  const read = ofKind(SpanKind.CLIENT).find(({ name }) => name === 'EVALSHA read_log')
  expect(read?.attributes).toMatchObject({
    'db.system.name': 'redis',
    'db.operation.name': 'EVALSHA',
    'db.stored_procedure.name': 'read_log',
    'multicast_registry.shared': true,
    'server.port': expect.any(Number),
  })
  expect(parentOf(read)).toBe(idOf(wait))
  const sent = ofKind(SpanKind.PRODUCER)
  for (const span of sent) expect(parentOf(span)).toBe(idOf(multicast))
  for (const span of ofKind(SpanKind.CONSUMER)) {
    expect(sent.map(idOf)).toContain(parentOf(span))
    expect(span.links.map(({ context: { spanId } }) => spanId)).toEqual([parentOf(span)])
    expect(span.attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
    })
  }
})

async function open(namespace: string): Promise<MulticastRegistry> {
  if (backends.kind === 'memory') throw new Error('needs servers')
  const { redisUrl, natsUrls } = backends
  const registry = await connectRegistry({ redisUrl, natsUrls, namespace })
  onTestFinished(async () => {
    await registry.clear().catch(() => {})
    await registry.close()
  })
  return registry
}

function idOf(span: ReadableSpan | undefined): string | undefined {
  return span?.spanContext().spanId
}

function parentOf(span: ReadableSpan | undefined): string | undefined {
  return span?.parentSpanContext?.spanId
}
