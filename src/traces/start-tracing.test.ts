import { setImmediate as nextTurn } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { newSpanAnchor } from './span-clock.ts'
import { SpanRing } from './span-ring.ts'
import { OPERATION, startTracing } from './start-tracing.ts'

afterEach(() => {
  trace.disable()
  context.disable()
})

/** Only requests of a load are recorded. */
const OF_REQUEST = { attributes: { [OPERATION]: 'register' } }

const newRing = () => new SpanRing(newSpanAnchor(), String)

test('records spans across awaits, bounded, until it is stopped', async () => {
  const ring = newRing()
  const stop = await startTracing(ring)
  const tracer = trace.getTracer('test')
  const traceId = await tracer.startActiveSpan('outer', OF_REQUEST, async (outer) => {
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
  tracer.startSpan('later').end()
  trace.getTracer('test').startSpan('later').end()
  await (
    await startTracing(newRing())
  )()
})

test("refuses a process that has another SDK, and leaves that SDK's spans alone", async () => {
  const ring = newRing()
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [ring] }))
  const refused = startTracing(newRing())
  await expect(refused).rejects.toThrow(InputError)
  await expect(refused).rejects.toThrow(/^--traces: this process has registered an SDK/)
  trace.getTracer('user').startSpan('theirs').end()
  expect(ring.size).toBe(1)
})
