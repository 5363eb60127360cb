import { SpanKind, trace, type Tracer } from '@opentelemetry/api'
import { nowMs } from '../../src/load/clock.ts'
import { RequestSpans } from '../../src/traces/request-spans.ts'
import { RequestTraces } from '../../src/traces/request-traces.ts'
import { newSpanAnchor } from '../../src/traces/span-clock.ts'
import { startTracing } from '../../src/traces/start-tracing.ts'
import { test } from './measuring/core-test.ts'
import { type Figure, US } from './measuring/figures.ts'
import type { Contender } from './measuring/interleave.ts'

const REQUESTS = 1_000
/** A registration has two. */
const SPANS = 3

const UNTRACED = 'a request that is not traced'
const TRACED = 'a traced request'
const WITH_SPANS = 'a traced request with three spans of its client'

const CALL = {
  kind: SpanKind.CLIENT,
  attributes: { 'db.system.name': 'redis', 'db.operation.name': 'EVALSHA', 'server.port': 6379 },
}

// The time that --traces takes of the load's process: 1 % of the traces are kept.
test('traces of requests', async ({ compare, onTestFinished }) => {
  const spans = new RequestSpans()
  const stop = await startTracing(spans)
  onTestFinished(stop)
  const tracer = trace.getTracer('bench')
  await compare({
    contenders: [
      contender(UNTRACED, null, tracer, 0),
      contender(TRACED, newTraces(spans, tracer), tracer, 0),
      contender(WITH_SPANS, newTraces(spans, tracer), tracer, SPANS),
    ],
    figures: [figure(TRACED, 60), figure(WITH_SPANS, 300)],
    rounds: 100,
    warmUpRounds: 50,
  })
})

function figure(what: string, atMost: number): Figure {
  return { what: `${what}, in µs`, ratio: [what, US], must: { atMost } }
}

function newTraces(spans: RequestSpans, tracer: Tracer): RequestTraces {
  return new RequestTraces({
    tracer,
    spans,
    anchorMs: newSpanAnchor(),
    clean: String,
    scenario: 'bench',
    aboveMs: () => null,
    ratio: 0.01,
    sources: () => [],
  })
}

/** @param made how many spans each request makes. */
function contender(
  name: string,
  traces: RequestTraces | null,
  tracer: Tracer,
  made: number,
): Contender {
  const work = async (): Promise<void> => {
    for (let n = 0; n < SPANS; n += 1) {
      const span = n < made ? tracer.startSpan('EVALSHA register', CALL) : null
      await Promise.resolve()
      span?.end()
    }
  }
  const run = async (): Promise<number> => {
    const fromMs = performance.now()
    for (let number = 0; number < REQUESTS; number += 1) {
      if (traces === null) {
        await work()
        continue
      }
      const now = nowMs()
      const due = { operation: 'register', number, intendedAtMs: now, startedAtMs: now }
      const request = traces.start(due)
      await request.run(work)
      request.end('ok', nowMs(), undefined)
    }
    return performance.now() - fromMs
  }
  return { name, run, calls: REQUESTS }
}
