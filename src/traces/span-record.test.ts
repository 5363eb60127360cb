import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { newSpanAnchor, SpanTimer, unixNanos } from './span-clock.ts'
import { recordOf, type RecordedSpan } from './span-record.ts'

const anchorMs = newSpanAnchor()
const ended: { readonly span: ReadableSpan; readonly record: RecordedSpan }[] = []
const timer = new SpanTimer()
const tracer = new TracerProvider({
  spanProcessors: [
    {
      onStart: (span) => timer.started(span),
      onEnd: (span) => {
        const record = recordOf(span, timer.ended(span), anchorMs, (text) =>
          text.replaceAll('secret', '***'),
        )
        if (record !== null) ended.push({ span, record })
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
}).getTracer('test')

const MESSAGE = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1, isRemote: true }

function last() {
  return ended.at(-1) ?? expect.fail('no span has ended')
}

function msOf(record: RecordedSpan): { readonly startMs: number; readonly endMs: number } {
  const msSince = (nanos: string) => Number(BigInt(nanos) - BigInt(unixNanos(anchorMs, 0))) / 1e6
  const { startTimeUnixNano, endTimeUnixNano } = record.span
  return { startMs: msSince(startTimeUnixNano), endMs: msSince(endTimeUnixNano) }
}

test("a span has the form that the SDK's own exporters write", () => {
  const span = tracer.startSpan(
    'process gateway message',
    { kind: SpanKind.CONSUMER, links: [{ context: MESSAGE, attributes: { why: 'sent' } }] },
    trace.setSpanContext(ROOT_CONTEXT, MESSAGE),
  )
  span.setAttributes({ text: 'a', yes: true, half: 0.5, list: ['b', 'c'] })
  span.addEvent('redelivered', { half: 0.5 })
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' })
  span.end()
  const { span: readable, record } = last()
  const bytes = JsonTraceSerializer.serializeRequest([readable])
  const request = JSON.parse(Buffer.from(bytes ?? []).toString())
  const [{ scope, spans }] = request.resourceSpans[0].scopeSpans
  expect(record.scope).toBe(scope.name)
  const at = expect.stringMatching(/^\d{19}$/)
  expect(record.span).toEqual({
    ...spans[0],
    startTimeUnixNano: at,
    endTimeUnixNano: at,
    events: [{ ...spans[0].events[0], timeUnixNano: at }],
  })
})

test('texts are cleaned and cut, and numbers survive JSON', () => {
  const span = tracer.startSpan(`secret ${'x'.repeat(5_000)}`)
  span.setAttributes({ url: 'redis://secret@host', count: 7, huge: 1e300, none: NaN })
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'secret' })
  span.end()
  const { record } = last()
  expect(record.span.name).toHaveLength(1_000)
  expect(record.span.status.message).toBe('***')
  expect(JSON.parse(JSON.stringify(record.span.attributes))).toEqual([
    { key: 'url', value: { stringValue: 'redis://***@host' } },
    { key: 'count', value: { intValue: '7' } },
    { key: 'huge', value: { doubleValue: 1e300 } },
    { key: 'none', value: { doubleValue: 'NaN' } },
  ])
})

test('spans are on the monotonic clock of all processes', () => {
  const fromMs = nowMs()
  tracer.startSpan('a').end()
  const toMs = nowMs()
  const { startMs, endMs } = msOf(last().record)
  const ROUNDED_MS = 0.001
  expect(startMs).toBeGreaterThanOrEqual(fromMs - ROUNDED_MS)
  expect(endMs).toBeGreaterThanOrEqual(startMs)
  expect(endMs).toBeLessThanOrEqual(toMs + ROUNDED_MS)
})

test('times that were given are kept', () => {
  const wallMs = Date.now()
  const startTime = new Date(wallMs - 5_000)
  tracer.startSpan('both', { startTime }).end(new Date(wallMs - 3_000))
  const both = msOf(last().record)
  expect(both.endMs - both.startMs).toBeCloseTo(2_000, 2)
  tracer.startSpan('start', { startTime }).end()
  const start = msOf(last().record)
  // Both clocks tick between the two readings.
  expect(start.endMs - start.startMs).toBeGreaterThanOrEqual(4_998)
  expect(start.startMs).toBeLessThan(nowMs() - 4_998)
  const span = tracer.startSpan('end')
  span.end(new Date(wallMs + 60_000))
  const end = msOf(last().record)
  expect(end.endMs - end.startMs).toBeGreaterThan(50_000)
})
