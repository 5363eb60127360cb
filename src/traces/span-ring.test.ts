import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSpanAnchor } from './span-clock.ts'
import { MAX_SPANS_PER_TRACE, SpanRing } from './span-ring.ts'

const TRACES = 6

function traceIdOf(number: number): string {
  return (number + 1).toString(16).padStart(32, '0')
}

/** A ring of at most so many spans, and what records the next span in a trace. */
function ringOf(maxSpans: number) {
  const ring = new SpanRing(newSpanAnchor(), String, maxSpans)
  const tracer = new TracerProvider({ spanProcessors: [ring] }).getTracer('test')
  let count = 0
  const record = (number: number): string => {
    const traceId = traceIdOf(number)
    const parent = { traceId, spanId: '1'.padStart(16, '0'), traceFlags: TraceFlags.SAMPLED }
    const name = `span ${count++}`
    tracer.startSpan(name, {}, trace.setSpanContext(ROOT_CONTEXT, parent)).end()
    return name
  }
  const take = (numbers: readonly number[]) => {
    const taken = ring.take(numbers.map(traceIdOf))
    return { ...taken, names: taken.spans.map(({ span }) => span.name) }
  }
  return { ring, tracer, record, take }
}

test('whatever is recorded and taken, the ring keeps the traces that began last, and no span is taken twice', () => {
  const step = fc.record({
    does: fc.constantFrom('record', 'record', 'record', 'take'),
    number: fc.nat(TRACES - 1),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (steps, max) => {
        const { ring, record, take } = ringOf(max)
        /** Names by trace, oldest trace first. */
        const kept = new Map<number, string[]>()
        const sizeOf = () => [...kept.values()].flat().length
        for (const { does, number } of steps) {
          if (does === 'take') {
            expect(take([number]).names).toEqual(kept.get(number) ?? [])
            kept.delete(number)
            continue
          }
          if (sizeOf() >= max) {
            const [oldest = 0] = kept.keys()
            kept.delete(oldest)
          }
          const name = record(number)
          kept.set(number, [...(kept.get(number) ?? []), name])
          expect(ring.size).toBe(sizeOf())
          expect(ring.size).toBeLessThanOrEqual(max)
        }
      },
    ),
  )
})

test('one trace has at most 500 spans; further ones are counted', () => {
  const { record, take } = ringOf(10_000)
  for (let i = 0; i < MAX_SPANS_PER_TRACE + 3; i++) record(0)
  record(1)
  const taken = take([1, 0])
  expect([taken.names.length, taken.lostSpans]).toEqual([MAX_SPANS_PER_TRACE + 1, 3])
  expect(take([1, 0])).toMatchObject({ names: [], lostSpans: 0 })
})

test('a span that has not ended is taken at last, and says so', () => {
  const { ring, tracer } = ringOf(10)
  const span = tracer.startSpan('handler that never answers')
  const { traceId } = span.spanContext()
  expect(ring.take([traceId])).toEqual({ spans: [], lostSpans: 0 })
  const [taken] = ring.take([traceId], true).spans
  expect(taken?.span).toMatchObject({
    name: 'handler that never answers',
    attributes: [{ key: 'loadtest.unended', value: { boolValue: true } }],
  })
  span.end()
  expect(ring.take([traceId], true).spans).toHaveLength(1)
  expect(ring.take([traceId], true).spans).toEqual([])
})
