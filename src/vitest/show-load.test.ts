import * as fc from 'fast-check'
import type { RunnerTestCase, TestContext } from 'vitest'
import { expect, test } from 'vitest'
import { readSlo } from '../load/slo/slo.ts'
import { arbitraryRun } from '../run-file/testing/arbitrary-run.ts'
import { scenarioOf } from '../run-file/testing/run-fixture.ts'
import { setMeasuredDuration } from './measured-duration.ts'
import { showLoads } from './show-load.ts'

interface Shown {
  readonly message: string
  readonly type: string | undefined
  readonly body: string
  /** The state of the test at that time. */
  readonly state: string | undefined
}

/** A test that has ended in a state, and what is shown for it. */
function endedTest(state: 'pass' | 'fail') {
  const shown: Shown[] = []
  const result: NonNullable<RunnerTestCase['result']> = { state, attempts: [] }
  const task = { name: 'mixed', result, meta: {} } as RunnerTestCase
  const annotate = (message: string, type?: string, attachment?: { readonly body?: string }) => {
    shown.push({ message, type, body: attachment?.body ?? '', state: result.state })
    return Promise.resolve({ message, type: type ?? '' })
  }
  return { task, result, shown, annotate: annotate as unknown as TestContext['annotate'] }
}

const row = {
  operation: 'a',
  metric: 'response P95',
  unit: 'ms',
  comparison: '<',
  bound: 30,
  measured: 41,
  punctual: 41,
  outcome: 'missed',
  isDefault: false,
  windows: null,
} as const
const missed = scenarioOf(
  'mixed',
  {
    responseMs: [20, 41],
    serviceMs: [10, 20],
    deliveries: { expected: 1_000, received: 990 },
  },
  {
    slo: [row],
    bounds: readSlo({ operations: { a: { response: { p95: '30ms' } } } }),
  },
)

test('shows verdict, times with P95 and its bound, percentiles of response and service, and the report', async () => {
  const { task, shown, annotate } = endedTest('fail')
  await showLoads(task, annotate, [missed])
  expect(shown.map(({ type }) => type)).toEqual(['verdict', 'chart', 'chart'])
  const [verdict, overTime, percentiles] = shown
  expect(verdict?.message).toBe(
    'Missed: a response P95 41.0 ms, bound 30 ms. Measurement valid. Load: constant 100/s for 10.0 s',
  )
  expect(overTime?.body).toMatch(/>P95<[^]*>P99<[^]*>max<[^]*>P95 &lt; 30 ms</)
  expect(percentiles?.body).toMatch(/>response<[^]*>service<[^]*>99 %</)
  expect(task.meta.report).toContain('a receipts: 990 of 1,000 expected, 10 missing')
  expect(task.meta.report).toMatch(/missed +a +response P95 +< 30 ms +41\.0 ms/)
})

test('says how many missing receipts were never sent, as far as is known', async () => {
  const deliveries = { expected: 1_000, received: 990, missingByFailure: 7 }
  const { task, annotate } = endedTest('pass')
  await showLoads(task, annotate, [scenarioOf('mixed', { responseMs: [41], deliveries })])
  expect(task.meta.report).toContain(
    "10 missing (7 because their request didn't succeed), 0 duplicates",
  )
})

test('an ended test runs while it is annotated, and ends as it had', async () => {
  const { task, result, shown, annotate } = endedTest('fail')
  await showLoads(task, annotate, [missed])
  expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(['run']))
  expect(result.state).toBe('fail')
})

test('two loads of one test are told apart', async () => {
  const { task, shown, annotate } = endedTest('pass')
  await showLoads(task, annotate, [missed, missed])
  expect(new Set(shown.map(({ type, message }) => `${type} ${message}`)).size).toBe(6)
})

test('shows whatever a load measured', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRun, async ({ scenarios }) => {
      const { task, shown, annotate } = endedTest('pass')
      await showLoads(
        task,
        annotate,
        scenarios.filter((entry) => entry.state === 'measured'),
      )
      for (const { body } of shown) expect(body).not.toMatch(/NaN|Infinity/)
    }),
    { numRuns: 15 },
  )
})

test('the duration of a test is that of its measurements', () => {
  const { task, result } = endedTest('pass')
  setMeasuredDuration(task, [
    { startedAt: '2026-01-02T03:04:05.000Z', measuredMs: 3_000 },
    { startedAt: '2026-01-02T03:04:10.000Z', measuredMs: 2_000 },
  ])
  result.duration = 60_000
  expect(structuredClone(result).duration).toBe(7_000)
})
