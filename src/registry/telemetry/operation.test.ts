import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { MemoryMessenger } from '../memory/memory-messenger.ts'
import { MemoryStore } from '../memory/memory-store.ts'
import { MulticastRegistry } from '../registry.ts'
import { Telemetry } from './telemetry.ts'

const exporter = new InMemorySpanExporter()
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
const tracer = provider.getTracer('user')
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)

beforeEach(() => exporter.reset())
afterAll(() => {
  trace.disable()
  context.disable()
})

test('every call of a registry is a span, which carries the code of its error', async () => {
  await using opened = openRegistry()
  const { registry } = opened
  await registry.subscribe('a', () => {})
  await registry.subscribeMatching('b*', () => {})
  await registry.register('a', {})
  await registry.heartbeat('a')
  const [seen] = (await registry.enumerate()).registrations
  await registry.moveTo(seen ?? expect.fail('nothing is registered'), registry.gateway)
  await registry.multicast({}, 'hello')
  await registry.unregister('a')
  await registry.clear()
  await registry.heartbeat('a').catch(() => {})
  await registry.register('no good identity', {}).catch(() => {})
  await registry.enumerate({}, { signal: AbortSignal.abort('enough') }).catch(() => {})
  const spans = exporter.getFinishedSpans()
  expect(spans.map(({ name }) => name.replace('registry.', ''))).toEqual(
    'subscribe subscribe_matching register heartbeat enumerate move multicast unregister clear heartbeat register enumerate'.split(
      ' ',
    ),
  )
  const failed = spans.splice(9)
  expect(failed.map(({ attributes }) => attributes['error.type'])).toEqual([
    'NOT_FOUND',
    'INVALID_IDENTITY',
    'ABORTED',
  ])
  for (const { kind, status } of failed) {
    expect([kind, status.code]).toEqual([SpanKind.INTERNAL, SpanStatusCode.ERROR])
  }
  for (const { status, attributes, instrumentationScope } of spans) {
    expect([status.code, attributes['error.type']]).toEqual([SpanStatusCode.UNSET, undefined])
    expect(instrumentationScope.name).toBe('prism-loadtest')
  }
})

test("an operation is part of its caller's trace, and handlers are part of their sender's", async () => {
  await using opened = openRegistry()
  const { registry } = opened
  const handled: (string | undefined)[] = []
  await registry.subscribe('a', async () => {
    handled.push(trace.getActiveSpan()?.spanContext().traceId)
  })
  await registry.register('a', {})
  exporter.reset()
  const traceId = await tracer.startActiveSpan('request', async (span) => {
    await registry.multicast({}, 'hello')
    span.end()
    return span.spanContext().traceId
  })
  const [multicast, request] = exporter.getFinishedSpans()
  expect(multicast?.spanContext().traceId).toBe(traceId)
  expect(multicast?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
  expect(handled).toEqual([traceId])
})

test('without telemetry there are no spans', async () => {
  await using opened = openRegistry(Telemetry.off)
  await opened.registry.register('a', {})
  expect(exporter.getFinishedSpans()).toEqual([])
})

function openRegistry(telemetry?: Telemetry) {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
    ...(telemetry === undefined ? {} : { telemetry }),
  })
  return { registry, [Symbol.asyncDispose]: () => registry.close() }
}
