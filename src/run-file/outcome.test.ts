import { expect, test } from 'vitest'
import type { SloOutcome } from '../load/slo/slo-row.ts'
import { loadResult } from '../load/testing/result-fixture.ts'
import { serializeLoadResult } from './json/load-result-json.ts'
import { EXIT } from '../exit-code.ts'
import { exitCodeOf, outcomeOf } from './outcome.ts'
import type { ScenarioEntry } from './run-file.ts'

function measured(
  slo: readonly SloOutcome[],
  overrides: Partial<Extract<ScenarioEntry, { state: 'measured' }>> = {},
): ScenarioEntry {
  return {
    state: 'measured',
    name: 'scenario',
    file: 'bench/scenario.load.ts',
    testStatus: slo.every((outcome) => outcome === 'met') ? 'passed' : 'failed',
    error: null,
    workloadHash: null,
    result: serializeLoadResult(loadResult({ a: {} })),
    verdict: { kind: 'valid' },
    slo: slo.map((outcome) => ({
      operation: 'a',
      metric: 'response P95',
      unit: 'ms',
      comparison: '<',
      bound: 10,
      measured: 1,
      punctual: null,
      outcome,
      isDefault: false,
      windows: null,
    })),
    bounds: [],
    ...overrides,
  }
}

const broken: ScenarioEntry = {
  state: 'unmeasured',
  name: 'broken',
  file: 'bench/broken.load.ts',
  testStatus: 'failed',
  error: 'no connection',
}

const inapplicable: ScenarioEntry = { ...broken, testStatus: 'skipped', error: 'needs a replica' }

test.each([
  ['passed', measured(['met', 'met'])],
  ['failed', measured(['met', 'missed', 'inconclusive'])],
  ['inconclusive', measured(['met', 'inconclusive'])],
  ['inconclusive', measured(['missed'], { verdict: { kind: 'invalid', reasons: [] } })],
  ['failed', measured([], { testStatus: 'failed' })],
  ['interrupted', measured(['missed'], { testStatus: 'cancelled' })],
  ['broken', broken],
  ['skipped', inapplicable],
])('a scenario is %s', (outcome, scenario) => {
  expect(outcomeOf(scenario)).toBe(outcome)
})

test.each([
  [EXIT.good, [measured(['met'])]],
  [EXIT.failed, [measured(['missed']), measured(['inconclusive'])]],
  [EXIT.inconclusive, [measured(['met']), measured(['inconclusive'])]],
  [EXIT.broken, [measured(['missed']), broken]],
  [EXIT.good, [measured(['met']), inapplicable]],
  [EXIT.failed, [measured(['missed']), inapplicable]],
  [EXIT.broken, [inapplicable, broken]],
  // Nothing was measured, so nothing is good.
  [EXIT.inconclusive, [inapplicable, inapplicable]],
  [EXIT.broken, []],
])('a run exits with %d', (code, scenarios) => {
  expect(exitCodeOf({ scenarios, microBenchmarks: [] })).toBe(code)
})
