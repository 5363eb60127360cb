import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SharedRound } from '../redis/shared-round.ts'
import { Telemetry } from './telemetry.ts'

const exporter = new InMemorySpanExporter()
const tracer = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
}).getTracer('test')

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())

test('a call to Redis under way is in the trace of a caller that comes while it hangs', async () => {
  const telemetry = new Telemetry(tracer)
  const answers: (() => void)[] = []
  const rounds = new SharedRound(async () => {
    const end = telemetry.redisCall({ command: 'EVALSHA', script: 'read_log', server: 'a:1' })
    await new Promise<void>((resolve) => answers.push(resolve))
    end?.(null)
  }, telemetry)
  const join = (name: string) =>
    tracer.startActiveSpan(name, async (span) => {
      await rounds.join()
      span.end()
      return span.spanContext().traceId
    })
  const first = join('first')
  await expect.poll(() => answers.length).toBe(1)
  const second = join('second')
  answers[0]?.()
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.()
  const callsIn = (traceId: string) =>
    exporter
      .getFinishedSpans()
      .filter((span) => span.name === 'EVALSHA read_log' && span.spanContext().traceId === traceId)
  expect(callsIn(await first)).toHaveLength(1)
  // The one that hung when it came, and its own.
  expect(callsIn(await second)).toHaveLength(2)
})
