import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultedScenario } from '../run-file/testing/faulted-scenario.ts'
import type { SloRow } from '../load/slo/slo-row.ts'
import type { CapacityEntry, RunFile, ScenarioEntry } from '../run-file/run-file.ts'
import { arbitraryRun } from '../run-file/testing/arbitrary-run.ts'
import { runOf, scenarioOf } from '../run-file/testing/run-fixture.ts'
import { runSentence } from './run-sentence.ts'

function row(overrides: Partial<SloRow> = {}): SloRow {
  return {
    operation: 'multicast',
    metric: 'response P95',
    unit: 'ms',
    comparison: '<',
    bound: 30,
    measured: 20,
    punctual: 20,
    outcome: 'met',
    isDefault: false,
    windows: null,
    ...overrides,
  }
}

const met = row()
const missed = row({ measured: 41, outcome: 'missed' })
const unreliable = row({
  metric: 'success rate',
  unit: 'ratio',
  comparison: '>',
  bound: 0.99,
  measured: 0.9,
  outcome: 'missed',
})
const late = {
  verdict: {
    kind: 'invalid',
    reasons: [{ figure: 'x', measured: 1, threshold: 1, message: 'the generator was late.' }],
  },
} as const

function scenario(name: string, slo: readonly SloRow[], overrides: object = {}): ScenarioEntry {
  return scenarioOf(name, {}, { slo, ...overrides })
}

const unmeasured = {
  state: 'unmeasured',
  name: 'x',
  file: 'x.load.ts',
  testStatus: 'failed',
  error: 'no\nserver',
} as const

const capacity: CapacityEntry = {
  name: 'x',
  file: 'x.load.ts',
  durationMs: 1_000,
  from: 100,
  precision: 0.1,
  probes: [],
  bracket: { passed: 1_200, failed: 1_300, limit: 'system', isConfirmed: true },
}

const LOST: SloRow = {
  ...missed,
  operation: 'a',
  metric: 'lost',
  unit: 'number',
  comparison: '<=',
  bound: 0,
  measured: 12,
}

describe('a run in one sentence', () => {
  test.each<[RunFile, string]>([
    [runOf([scenario('a', [met])]), 'The SLO is met. Measurement valid.'],
    // Ten times the permitted failures are worse than 1.4 times the permitted time.
    [
      runOf([scenario('a', [missed, unreliable])]),
      'Missed: multicast success rate 90 %, bound 99 % (2 of 2 SLOs). Measurement valid.',
    ],
    [
      runOf([scenario('a', [met, missed])]),
      'Missed: multicast response P95 41.0 ms, bound 30 ms (1 of 2 SLOs). Measurement valid.',
    ],
    [
      runOf([scenario('a', [met]), scenario('b', [missed, row({ ...missed, measured: 99 })])]),
      'Missed: multicast response P95 99.0 ms, bound 30 ms in "b" (2 of 3 SLOs). Both measurements valid.',
    ],
    [
      runOf([scenario('a', [missed], late), scenario('b', [met])]),
      'Inconclusive: "a": the generator was late. Measurements: 1 valid, 1 invalid.',
    ],
    [
      runOf([scenario('a', [row({ ...missed, outcome: 'inconclusive' })])]),
      'Inconclusive: multicast response P95 41.0 ms, bound 30 ms. Measurement valid.',
    ],
    [
      runOf([scenario('a', [row({ measured: null, outcome: 'missed' })])]),
      'Missed: response P95 of multicast: no answer, bound 30 ms. Measurement valid.',
    ],
    [
      runOf([scenario('a', [row({ operation: 'all', measured: null, outcome: 'inconclusive' })])]),
      'Inconclusive: response P95 of all operations could not be measured, bound 30 ms. Measurement valid.',
    ],
    [
      runOf([{ ...faultedScenario(), slo: [met] }]),
      'The SLO is met. 12 of 3,000 registrations of a lost. Measurement valid.',
    ],
    [
      runOf([{ ...faultedScenario(), slo: [LOST] }]),
      'Missed: a lost 12 of 3,000 registrations, bound 0. Measurement valid.',
    ],
    [
      runOf([scenario('a', [], { testStatus: 'failed', error: 'AssertionError: 1 is 2' })]),
      'Failed: "a": AssertionError: 1 is 2. Measurement valid.',
    ],
    [
      runOf([scenario('a', [met]), { ...unmeasured, testStatus: 'skipped' }]),
      'The SLO is met. 1 scenario skipped. Measurement valid.',
    ],
    [
      runOf([1, 2].map(() => ({ ...unmeasured, testStatus: 'skipped' }))),
      'Skipped: "x": no server (2 of 2 scenarios).',
    ],
    [runOf([scenario('a', [missed]), unmeasured]), 'Broken: "x": no server. Measurement valid.'],
    [
      runOf([scenario('a', [met]), { ...unmeasured, testStatus: 'cancelled' }], {
        status: 'interrupted',
      }),
      'Interrupted: 1 of 2 scenarios measured in full. Measurement valid.',
    ],
    [
      runOf([scenario('a', [missed])], { status: 'interrupted' }),
      'Missed: multicast response P95 41.0 ms, bound 30 ms. Interrupted. Measurement valid.',
    ],
    [runOf([], { capacities: [capacity] }), 'Capacity of "x": between 1,200/s and 1,300/s.'],
    [
      runOf([], { capacities: [capacity], status: 'interrupted' }),
      'Interrupted. Capacity of "x": between 1,200/s and 1,300/s.',
    ],
    [runOf([scenario('a', [])]), 'No SLO was judged. Measurement valid.'],
    [runOf([]), 'Nothing was measured.'],
  ])('reads as such', (run, text) => {
    expect(runSentence(run).text).toBe(text)
  })

  test('is one line of readable length, whatever a run holds', () => {
    const name = 'x\n'.repeat(5_000)
    expect(runSentence(runOf([{ ...unmeasured, name, error: name }])).text.length).toBeLessThan(300)
    fc.assert(
      fc.property(arbitraryRun, (run) => {
        expect(runSentence(run).text).toMatch(/^\S.*\.$/)
      }),
      { numRuns: 50 },
    )
  })
})
