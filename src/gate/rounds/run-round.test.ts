import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadResult } from '../../load/result-fixture.ts'
import { arbitraryRun } from '../../results/arbitrary-run.ts'
import { serializeLoadResult } from '../../results/load-result-json.ts'
import type { ScenarioEntry } from '../../results/run-file.ts'
import type { ArmRun } from './run-arm.ts'
import { orderOf, readEnds } from './run-round.ts'

const TASK = {
  harness: '/harness',
  scenarios: { folder: '/harness/bench', files: ['/harness/bench/a.load.ts'] },
}

const scenario = { name: 'a', file: 'bench/a.load.ts' }

/** A scenario whose requests all ended in the same way. */
function measured(errors: readonly string[] = []): ScenarioEntry {
  const counts = errors.length === 0 ? {} : { ok: 0, failed: 1_000 }
  const result = serializeLoadResult(loadResult({ a: { counts } }))
  const failures = errors.map((sample) => ({ code: 'ERROR', count: 1_000, sample }))
  return {
    state: 'measured',
    ...scenario,
    testStatus: 'passed',
    error: null,
    workloadHash: null,
    result: {
      ...result,
      operations: result.operations.map((operation) => ({ ...operation, errors: failures })),
    },
    verdict: { kind: 'valid' },
    slo: [],
    bounds: [],
  }
}

function ended(...scenarios: readonly ScenarioEntry[]): ArmRun {
  const [run] = fc.sample(arbitraryRun, { numRuns: 1, seed: 1 })
  if (run === undefined) throw new Error('no run')
  return { kind: 'measured', run: { ...run, scenarios }, output: 'the end of what was printed' }
}

const good = ended(measured())

/** What is said of a round with such a run and a good one. */
function complaint(
  base: ArmRun,
  head: ArmRun,
): { readonly name: string; readonly message: string } {
  try {
    readEnds({ base, head }, TASK)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was said')
}

test('arms take turns at being first', () => {
  const orders = [0, 1, 2, 3].map((round) => orderOf(round).join(' '))
  expect(orders).toEqual(['base head', 'head base', 'base head', 'head base'])
})

test('two runs that measured everything are a round, invalid or not', () => {
  const invalid = ended({
    ...measured(),
    verdict: { kind: 'invalid', reasons: [] },
  } as ScenarioEntry)
  expect(readEnds({ base: good, head: invalid }, TASK).head.scenarios).toHaveLength(1)
})

test.each<[string, ArmRun, RegExp]>([
  ['crashed', { kind: 'crashed', output: 'boom' }, /^head measured nothing:\nboom$/],
  ['is unproven', { kind: 'unproven', flaw: 'why' }, /^head doesn't prove .*: why$/],
  ['lacks a scenario', ended(), /^head measured nothing of a.load.ts:\nthe end of/],
  [
    'has a scenario that broke',
    ended({ state: 'unmeasured', ...scenario, testStatus: 'failed', error: 'no server' }),
    /^head measured nothing of a.load.ts: no server$/,
  ],
])('a round of which one %s is broken', (_, run, message) => {
  expect(complaint(good, run)).toMatchObject({
    name: 'EnvironmentError',
    message: expect.stringMatching(message),
  })
})

test.each([
  ["The requested module './x.ts' does not provide an export named 'y'"],
  ['registry.register is not a function'],
  ["Cannot find module '/arm/src/registry/x.ts' imported from /harness/src/y.ts"],
])('%s: not comparable, if one arm says so; broken, if both do', (text) => {
  const crashed: ArmRun = { kind: 'crashed', output: `first\n  ${text}\nlast` }
  expect(complaint(crashed, good)).toMatchObject({
    name: 'NotComparableError',
    message: `Not comparable: the registry of base doesn't fit this checkout's harness: ${text}`,
  })
  expect(complaint(crashed, crashed).name).toBe('EnvironmentError')
})

test('an interface that fails every request is not comparable, and never a regression', () => {
  const misfit = ended(measured(['registry.send is not a function']))
  expect(complaint(good, misfit).name).toBe('NotComparableError')
  const failing = ended(measured(['connection lost']))
  expect(readEnds({ base: good, head: failing }, TASK).head).toBeDefined()
})
