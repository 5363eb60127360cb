import { setTimeout as sleep } from 'node:timers/promises'
import { context, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import type { Ending } from '../load/recording/request-end.ts'
import { RequestSpans } from './request-spans.ts'
import { RequestTraces, type RequestTracesOptions } from './request-traces.ts'
import { newSpanAnchor } from './span-clock.ts'
import { readSpans } from './waterfall/read-spans.ts'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())

const measureStartMs = nowMs()
const REDIS = { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'redis' } }

function traced({
  maxSpans,
  ...options
}: Partial<RequestTracesOptions> & { readonly maxSpans?: number } = {}) {
  const spans = new RequestSpans(maxSpans)
  const tracer = new TracerProvider({ spanProcessors: [spans] }).getTracer('test')
  const traces = new RequestTraces({
    tracer,
    spans,
    anchorMs: newSpanAnchor(),
    clean: String,
    scenario: 'a scenario',
    aboveMs: () => null,
    ratio: 1,
    sources: () => [],
    ...options,
  })
  let number = 0
  /** Runs a request that is started 2 ms late, and says when it ended: by default 10 ms after it was due. */
  const request = (work: (tracer: Tracer) => unknown, ending: Ending = 'ok', responseMs = 10) => {
    const intendedAtMs = nowMs() - 5
    const startedAtMs = intendedAtMs + 2
    number += 1
    const begun = traces.start({ operation: 'get', number, intendedAtMs, startedAtMs })
    const result = begun.run(() => work(tracer))
    begun.end(ending, intendedAtMs + responseMs, new Error('refused'))
    return result
  }
  const finish = async () => {
    const { counts, slowest } = await traces.finish(measureStartMs, [])
    return { counts, slowest, read: readSpans(traces.resourceSpans, () => true, String) }
  }
  return { request, finish }
}

test('what a request started and left running adds nothing to its trace', async () => {
  const { request, finish } = traced()
  const polling = request(async (tracer) => {
    tracer.startSpan('GET', REDIS).end()
    for (let i = 0; i < 3; i += 1) {
      await sleep(1)
      tracer.startSpan('poll', REDIS).end()
    }
  })
  await polling
  const { counts, read } = await finish()
  const [spans] = [...read.values()].map((found) => found.spans.map(({ name }) => name))
  expect(spans?.toSorted()).toEqual(['GET', 'request get', 'wait for generator'])
  expect(counts).toEqual({ kept: 1, errors: 0, slow: 1, sampled: 0, lost: 0, lostSpans: 0 })
})

test('no span claims the time before its request started', async () => {
  const { request, finish } = traced()
  request((tracer) => {
    const startTime = Date.now() - 60_000
    tracer.startSpan('GET', { ...REDIS, startTime })
  })
  const { slowest } = await finish()
  expect(slowest.get('get')?.[0]?.parts).toEqual([
    { name: 'redis', ms: expect.closeTo(8, 3) },
    { name: 'generator', ms: expect.closeTo(2, 3) },
  ])
})

test('if spans are too many, fewer ordinary traces are kept, and later requests have their spans', async () => {
  const { request, finish } = traced({ maxSpans: 100 })
  for (let i = 0; i < 200; i += 1) request((tracer) => tracer.startSpan('GET', REDIS).end())
  const { counts, slowest, read } = await finish()
  expect(counts.kept).toBeLessThan(100)
  expect(counts.kept + counts.lost).toBe(200)
  expect(counts.kept).toBe(counts.errors + counts.slow + counts.sampled)
  expect(counts.lostSpans).toBe(0)
  for (const { traceId } of slowest.get('get') ?? []) {
    expect(read.get(traceId)?.spans.map(({ name }) => name)).toContain('GET')
  }
  expect(slowest.get('get')).toHaveLength(10)
})

test('traces that would make the file too large are counted as lost; the slowest are reported in any case', async () => {
  const { request, finish } = traced()
  const attributes = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`key ${i}`, 'x'.repeat(1_000)]),
  )
  for (let i = 0; i < 45; i += 1) {
    request((tracer) => {
      for (let n = 0; n < 25; n += 1) tracer.startSpan('GET', { ...REDIS, attributes }).end()
    }, 'failed')
  }
  const { counts, slowest, read } = await finish()
  expect(counts.lost).toBeGreaterThan(0)
  expect(counts.kept + counts.lost).toBe(45)
  expect(read.size).toBe(counts.kept)
  expect(slowest.get('get')).toHaveLength(10)
})

test('a message that was refused reached no handler whose spans could be missing', async () => {
  const { request, finish } = traced()
  request((tracer) => {
    const attributes = { 'messaging.system': 'nats', 'error.type': 'REFUSED' }
    tracer.startSpan('send', { kind: SpanKind.PRODUCER, attributes }).end()
  })
  const { slowest } = await finish()
  expect(slowest.get('get')?.[0]?.areHandlersKnown).toBe(true)
})

test('a receiver that does not answer leaves its time with the messaging system', async () => {
  const { request, finish } = traced({ sources: () => [{ takeSpans: async () => null }] })
  request(
    (tracer) => {
      const attributes = { 'messaging.system': 'nats' }
      tracer.startSpan(
        'send',
        { kind: SpanKind.PRODUCER, attributes },
        trace.setSpan(ROOT_CONTEXT, trace.getActiveSpan() ?? expect.fail('no span')),
      )
      // A busy machine may take long to get here.
    },
    'ok',
    60_000,
  )
  const { slowest } = await finish()
  const [slow] = slowest.get('get') ?? []
  expect(slow?.areHandlersKnown).toBe(false)
  expect(slow?.parts[0]?.name).toBe('nats')
})
