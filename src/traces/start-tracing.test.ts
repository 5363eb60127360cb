import { setImmediate as nextTurn } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { newSpanAnchor } from './span-clock.ts'
import { SpanRing } from './span-ring.ts'
import { checkTracing, OPERATION, startTracing } from './start-tracing.ts'

afterEach(() => {
  trace.disable()
  context.disable()
})

const newRing = () => new SpanRing(newSpanAnchor(), String)

test('records the spans of requests, across awaits and bounded, until it is stopped', async () => {
  const ring = newRing()
  const stop = await startTracing(ring)
  const tracer = trace.getTracer('test')
  tracer.startSpan('set-up').end()
  expect(ring.size).toBe(0)
  const request = { attributes: { [OPERATION]: 'read' } }
  const traceId = await tracer.startActiveSpan('outer', request, async (outer) => {
    await nextTurn()
    const attributes = Array.from({ length: 50 }, (_, i) => [`key ${i}`, 'x'.repeat(3_000)])
    tracer.startSpan('inner', { attributes: Object.fromEntries(attributes) }).end()
    outer.end()
    return outer.spanContext().traceId
  })
  const { spans } = ring.take([traceId])
  const [inner, outer] = spans.map(({ span }) => span)
  expect([inner?.name, inner?.parentSpanId]).toEqual(['inner', outer?.spanId])
  expect([inner?.attributes.length, inner?.droppedAttributesCount]).toEqual([32, 18])
  expect(inner?.attributes[0]?.value).toEqual({ stringValue: 'x'.repeat(1_000) })
  await stop()
  trace.getTracer('test').startSpan('later', request).end()
  expect(ring.size).toBe(0)
  const stopAgain = await startTracing(newRing())
  await stopAgain()
})

test("refuses a process that has another SDK, and leaves that SDK's spans alone", async () => {
  const ring = newRing()
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [ring] }))
  const refused = startTracing(newRing())
  await expect(refused).rejects.toThrow(InputError)
  await expect(refused).rejects.toThrow(/^--traces: this process has registered another SDK/)
  trace.getTracer('user').startSpan('theirs').end()
  expect(ring.size).toBe(1)
})

test('names an SDK that replaces the one of the load', async () => {
  const stop = await startTracing(newRing())
  expect(checkTracing).not.toThrow()
  trace.disable()
  trace.setGlobalTracerProvider(new TracerProvider())
  expect(checkTracing).toThrow(InputError)
  await stop()
})
