import { runPage } from '../../src/report/html/run/run-page.ts'
import type { Page } from '../../src/report/html/page.ts'
import { runOf, scenarioOf } from '../../src/run-file/testing/run-fixture.ts'
import { readSpans } from '../../src/traces/waterfall/read-spans.ts'
import { otlpJson, SLOW_MULTICAST } from '../../src/traces/waterfall/testing/otlp-json.ts'

/** Slow multicasts with their traces: of one of them, every text is the given one. */
export function slowestPage(text?: string): Page {
  const ids = ['ab', 'cd', 'ef'].map((byte) => byte.repeat(16))
  const slowest = ids.map((traceId, at) => ({
    traceId,
    number: 1_234 + at,
    ending: at === 0 ? ('timed out' as const) : ('ok' as const),
    dueMs: 1_500 * at,
    responseMs: 41.3 - at,
    parts: [
      { name: 'handlers', ms: 26.7 - at },
      { name: 'redis', ms: 6.5 },
      { name: 'nats', ms: 5.6 },
      { name: 'generator', ms: 2 },
      { name: 'other', ms: 0.5 },
    ],
    areHandlersKnown: at !== 1,
  }))
  const named = SLOW_MULTICAST.map((span) =>
    text === undefined
      ? span
      : { ...span, name: text, error: text, process: text, attributes: { [text]: text } },
  )
  const traces = readSpans(
    otlpJson(Object.fromEntries(ids.map((id, at) => [id, at === 0 ? named : SLOW_MULTICAST])))
      .resourceSpans,
    () => true,
    String,
  )
  return runPage(runOf([scenarioOf('multicast', { slowest })]), { kind: 'read', traces })
}
