import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serializeIntervals } from '../../run-file/json/intervals-json.ts'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { arbitraryRun } from '../../run-file/testing/arbitrary-run.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import type { Version } from '../versions/version.ts'
import { readEnds, type RoundScenarios } from './read-ends.ts'
import type { VersionRun } from './run-version.ts'

const TASK = {
  project: '/project',
  scenarios: { folder: '/project/bench', files: ['/project/bench/a.load.ts'] },
  timeoutMs: 60_000,
}

const WORKING_TREE: Version = { kind: 'working-tree', commit: null, isChanged: true }
const COMMIT = { kind: 'commit', ref: 'main', sha: 'aaaaaaa', short: 'aaaaaaa' } as const
const BASE: Version = { ...COMMIT, isCheckedOut: false }

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

function unmeasured(error: string): ScenarioEntry {
  return { state: 'unmeasured', ...scenario, testStatus: 'failed', error }
}

function ended(...scenarios: readonly ScenarioEntry[]): VersionRun {
  const [run] = fc.sample(arbitraryRun, { numRuns: 1, seed: 1 })
  if (run === undefined) throw new Error('no run')
  const output = 'the end of what was printed'
  return { kind: 'ended', run: { ...run, scenarios }, output, isTimedOut: false }
}

/** It ended before any test began. */
function crashed(output: string): VersionRun {
  return { kind: 'ended', run: null, output, isTimedOut: false }
}

function hung(...scenarios: readonly ScenarioEntry[]): VersionRun {
  const run = ended(...scenarios)
  return run.kind === 'ended' ? { ...run, isTimedOut: true } : run
}

const good = ended(measured())

function read(baseline: VersionRun, candidate: VersionRun, version = WORKING_TREE): RoundScenarios {
  return readEnds(
    { baseline, candidate },
    { baseline: { version: BASE }, candidate: { version } },
    TASK,
  )
}

/** The report on a round with such runs. */
function complaint(
  baseline: VersionRun,
  candidate: VersionRun,
  version = WORKING_TREE,
): { readonly name: string; readonly message: string } {
  try {
    read(baseline, candidate, version)
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was said')
}

const MISFIT = 'registry.send is not a function'

const NO_SECONDS = serializeIntervals([], null)

test('two complete runs are a round, valid or not', () => {
  const invalid = { ...measured(), verdict: { kind: 'invalid', reasons: [] } } as ScenarioEntry
  expect(read(good, ended(invalid)).candidate).toEqual([invalid])
})

test.each<[string, VersionRun, RegExp]>([
  [
    'measured nothing',
    crashed('boom'),
    /^The baseline can't be started: no test of a.load.ts began.\nboom$/,
  ],
  ['lacks a scenario', ended(), /^The baseline can't be started: .*\nthe end of/],
  [
    'has a scenario that broke',
    ended(unmeasured('no server')),
    /^The baseline measured nothing of .*: no s/,
  ],
  ['hangs', hung(measured()), /^The baseline didn't end within 60 s$/],
])('a baseline that %s is an error', (_, run, message) => {
  expect(complaint(run, good)).toMatchObject({
    name: 'EnvironmentError',
    message: expect.stringMatching(message),
  })
})

test.each([
  ["The requested module './x.ts' does not provide an export named 'y'"],
  [MISFIT],
  ["Cannot find module '/version/src/registry/x.ts' imported from /harness/src/y.ts"],
])('%s: not comparable if only the baseline fails by it, broken if the candidate does', (text) => {
  const misfit = crashed(`first\n  ${text}\nlast`)
  expect(complaint(misfit, good)).toMatchObject({
    exitCode: 4,
    message: `Not comparable: the baseline doesn't fit this checkout's harness: ${text}`,
  })
  expect(complaint(misfit, misfit)).toMatchObject({
    name: 'EnvironmentError',
    message: expect.stringMatching(/^The baseline can't .*^The candidate can't /ms),
  })
  expect(complaint(good, misfit)).toMatchObject({
    name: 'EnvironmentError',
    message: expect.stringMatching(/^The candidate can't be started/),
  })
})

test('a baseline whose interface fails every request is not comparable', () => {
  expect(complaint(ended(measured([MISFIT])), good)).toMatchObject({ exitCode: 4 })
  expect(read(ended(measured(['connection lost'])), good).baseline).toHaveLength(1)
})

test.each([
  ['all of whose requests fail', measured(['connection lost'])],
  ['all of whose requests fail by its interface', measured([MISFIT])],
  ['whose preparation throws', unmeasured(MISFIT)],
  [
    'whose process dies',
    {
      state: 'lost',
      ...scenario,
      testStatus: 'failed',
      error: 'died',
      intervals: NO_SECONDS,
    } as const,
  ],
])('the failure of a candidate %s is a measurement', (_, entry) => {
  expect(read(good, ended(entry))).toEqual({ baseline: [measured()], candidate: [entry] })
})

test.each<[string, VersionRun]>([
  ['without a run file', { kind: 'ended', run: null, output: '', isTimedOut: true }],
  ['before its test began', hung()],
  ['in its load', hung({ ...measured(), testStatus: 'cancelled' })],
])('a candidate that hangs %s is unmeasured', (_, run) => {
  expect(read(good, run).candidate).toEqual([unmeasured("didn't end within 60 s")])
})

test('a load that only the baseline made is unmeasured in the candidate', () => {
  const second = { ...measured(), name: 'a (load 2)' }
  expect(read(ended(measured(), second), good).candidate).toEqual([
    measured(),
    expect.objectContaining({ state: 'unmeasured', name: 'a (load 2)' }),
  ])
})

test("a candidate that is not the harness's version and does not fit it is an error", () => {
  const misfit = ended(measured([MISFIT]))
  expect(complaint(good, misfit, { ...COMMIT, isCheckedOut: false })).toMatchObject({
    name: 'EnvironmentError',
    message: expect.stringMatching(
      /^The candidate doesn't fit this checkout's harness: .*\nCheck the candidate out/,
    ),
  })
  expect(read(good, misfit, { ...COMMIT, isCheckedOut: true }).candidate).toHaveLength(1)
})
