import { html } from 'htm/preact'
import { render } from 'preact-render-to-string'
import { expect, test } from 'vitest'
import { MAX_SLOWEST } from '../../../../load/tracing/traced-request.ts'
import type { RunFile } from '../../../../run-file/run-file.ts'
import { runOf, scenarioOf } from '../../../../run-file/testing/run-fixture.ts'
import { readSpans } from '../../../../traces/waterfall/read-spans.ts'
import {
  otlpJson,
  SLOW_MULTICAST,
  type MadeSpan,
} from '../../../../traces/waterfall/testing/otlp-json.ts'
import type { TracesOfRun } from '../../../slowest/read-traces-file.ts'
import { runPage } from '../run-page.ts'
import { pageTraces } from './page-traces.ts'

const ID = 'ab'.repeat(16)

const REQUEST = {
  traceId: ID,
  number: 7,
  ending: 'ok',
  dueMs: 5,
  responseMs: 41.3,
  parts: [
    { name: 'redis', ms: 33.3 },
    { name: 'nats', ms: 8 },
  ],
  areHandlersKnown: true,
} as const

const RUN = runOf([scenarioOf('multicast', { slowest: [REQUEST] })])

function tracesOf(spans: readonly MadeSpan[]): TracesOfRun {
  return {
    kind: 'read',
    traces: readSpans(otlpJson({ [ID]: spans }).resourceSpans, () => true, String),
  }
}

const bodyOf = (run: RunFile, read: TracesOfRun | null): string =>
  render(html`${runPage(run, read).body}`)

test('shows where the time of a slow request went, and its spans with failures and attributes', () => {
  const body = bodyOf(RUN, tracesOf(SLOW_MULTICAST))
  expect(body).toContain('The slowest spent 81 % of its time waiting for Redis.')
  expect(body).toContain('redis 33.3 ms · nats 8.00 ms')
  expect(body).toMatch(/send gateway\s*<strong>×48<\/strong>/)
  expect(body).toContain('<dt>db.operation.name</dt><dd>XREAD</dd>')
  expect(body).toContain('in receivers')
})

test('has the parts alone without traces, and says why they are missing', () => {
  const body = bodyOf(RUN, { kind: 'unreadable', problem: 'run.traces.json: is cut off.' })
  expect(body).toContain('redis 33.3 ms')
  expect(body).toContain('Spans over time are not shown. run.traces.json: is cut off.')
  expect(bodyOf(RUN, null)).not.toContain('Spans over time')
  expect(bodyOf(runOf([scenarioOf('untraced')]), null)).not.toContain('slowest requests')
})

test('texts of spans stay text, and bars stay within their drawing', () => {
  const attack = '"><script>alert(1)</script>'
  const hostile = { name: attack, error: attack, process: attack, attributes: { [attack]: attack } }
  const body = bodyOf(
    RUN,
    tracesOf([
      { id: 1, ...hostile, fromMs: 0, toMs: 0 },
      { id: 2, parent: 1, ...hostile, fromMs: 0, toMs: 1e12 },
    ]),
  )
  expect(body).toContain('&lt;script')
  expect(body).not.toContain('<script')
  expect(body).not.toMatch(/ (?:x|width)="(?:NaN|-?Infinity|-[\d.]+)"/)
})

const ATTRIBUTES = Object.fromEntries(
  Array.from({ length: 24 }, (_, key) => [`${key}`, 'x'.repeat(300)]),
)

test('a page stays bounded, however many operations and spans a run has', () => {
  const spans = Array.from({ length: 300 }, (_, at) => ({
    id: at + 1,
    parent: at,
    name: `${at}`.repeat(100),
    fromMs: 0,
    toMs: 1,
    attributes: ATTRIBUTES,
  }))
  const slowest = Array.from({ length: MAX_SLOWEST }, () => REQUEST)
  const runWith = (length: number) =>
    runOf(Array.from({ length }, (_, at) => scenarioOf(`s${at}`, { slowest })))
  const few = bodyOf(runWith(6), tracesOf(spans))
  expect(few.match(/class="waterfall"/g)).toHaveLength(60)
  expect(few.length).toBeLessThan(8 * 2 ** 20)
  expect(pageTraces(runWith(61), tracesOf(spans)).perOperation).toBe(0)
})
