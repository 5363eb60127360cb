import { setTimeout as sleep } from 'node:timers/promises'
import { SpanKind, trace } from '@opentelemetry/api'
import { constant, expect, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

const tracer = trace.getTracer('client of a test')
const CALL = { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'redis' } } as const

// Each operation writes other spans, as a system's client or a careless operation may.
test('traced', async ({ load }) => {
  const result = await load({
    operations: {
      answered: () =>
        tracer.startActiveSpan('GET', CALL, async (span) => {
          await sleep(5)
          span.end()
        }),
      hanging: async () => {
        tracer.startSpan('BLPOP', CALL)
        await new Promise(() => {})
      },
      failing: async () => {
        const span = trace.getActiveSpan()
        span?.setAttribute(
          'url',
          `${'long '.repeat(195)}redis://me:secret-that-the-limit-cuts@host`,
        )
        for (let i = 0; i < 100; i += 1) span?.setAttribute(`attribute ${i}`, 'x'.repeat(10_000))
        span?.end()
        throw Object.assign(new Error('no answer from redis://me:secret@host'), { code: 'GONE' })
      },
      careless: async () => {
        tracer.startSpan('at no time', { ...CALL, startTime: [NaN, NaN] }).end(Infinity)
        tracer.startSpan('never', { ...CALL, startTime: [1e300, 0] }).end([1e301, 0])
        tracer
          .startSpan('of nothing', { attributes: { 'db.system.name': '' }, kind: CALL.kind })
          .end()
        tracer
          .startSpan('\u001b[31m<b>', { attributes: { __proto__: null, '<i>': '\u0000' } })
          .end()
        // @ts-expect-error a link to nothing
        tracer.startSpan('linked', { links: [{}] }).end()
        for (let i = 0; i < 1_100; i += 1) tracer.startSpan('one of many').end()
        // Begins after the request has ended.
        setTimeout(() => tracer.startSpan('later').end(), 20)
      },
    },
    arrivals: constant(40),
    duration: '1s',
    warmUp: '0s',
    timeout: '1s',
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({ successRate: 0.1 })
})
