import { expect, test } from 'vitest'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { readSlo } from '../../load/slo/slo.ts'
import { readEnvironment } from '../provenance/fingerprint.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import { mergeShards } from './merge-shards.ts'
import type { Share } from './one-load.ts'
import { exitCodeOf } from '../outcome.ts'
import { runFileSchema, type RunFile, type ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

const environment = readEnvironment()
const runIdOf = (): string => '20260102T030405Z-0a1b2c3'
const bounds = readSlo({ throughput: { min: 250 }, response: { p95: '20ms' } })

/** 100 requests/s for 10 s, with these response times. */
function entry(responseMs: readonly number[] = [1], overrides: Partial<Measured> = {}): Measured {
  return {
    state: 'measured',
    name: 'scenario',
    file: 'bench/scenario.load.ts',
    testStatus: 'passed',
    error: null,
    workloadHash: null,
    result: serializeLoadResult(loadResult({ a: { responseMs } })),
    verdict: { kind: 'valid' },
    slo: [],
    bounds,
    ...overrides,
  }
}

function share(
  number: number,
  overrides: Partial<RunFile> = {},
  generators: Partial<Extract<RunFile['generators'], { kind: 'shard' }>> = {},
): Share {
  const run: RunFile = {
    schemaVersion: 6,
    runId: `20260102T03040${number}Z-0a1b2c3-${number}of3`,
    status: 'complete',
    startedAt: `2026-01-02T03:04:0${number}.000Z`,
    finishedAt: `2026-01-02T03:05:0${number}.000Z`,
    commit: { sha: '0a1b2c3d'.repeat(5), short: '0a1b2c3', branch: 'trunk', isDirty: false },
    profile: 'short',
    system: { kind: 'memory', notice: '' },
    environment,
    reference: null,
    generators: {
      kind: 'shard',
      shard: number,
      of: 3,
      startAt: '2026-01-02T03:04:30.000Z',
      namespace: 'loadtest',
      ...generators,
    },
    scenarios: [entry()],
    microBenchmarks: [],
    capacities: [],
    ...overrides,
  }
  return { path: `${number}.json`, run }
}

test('shares in any order are a run of the schema, with its SLOs judged on the sum', () => {
  const run = mergeShards([share(3), share(1), share(2)], runIdOf)
  expect(runFileSchema.parse(run)).toEqual(run)
  expect(run).toMatchObject({
    runId: runIdOf(),
    startedAt: '2026-01-02T03:04:01.000Z',
    finishedAt: '2026-01-02T03:05:03.000Z',
    generators: { kind: 'merged', shards: [1, 2, 3].map((n) => ({ runId: share(n).run.runId })) },
    scenarios: [{ testStatus: 'passed', verdict: { kind: 'valid' } }],
  })
  const [scenario] = run.scenarios
  if (scenario?.state !== 'measured') throw new Error('not measured')
  const throughput = scenario.slo.find(({ metric }) => metric === 'throughput')
  expect(throughput).toMatchObject({ outcome: 'met', measured: 300, bound: 250 })
  expect(scenario.result.operations[0]?.counts.planned).toBe(3_000)
  expect(exitCodeOf(run)).toBe(0)
})

test('a percentile that only the sum of all shares misses fails the run', () => {
  const slow = entry([...Array<number>(80).fill(1), ...Array<number>(20).fill(500)])
  const fast = entry(Array<number>(100).fill(1))
  const missed = mergeShards([share(1, { scenarios: [slow] }), share(2), share(3)], runIdOf)
  expect(exitCodeOf(missed)).toBe(1)
  const fasts = [2, 3].map((n) =>
    share(n, { scenarios: [{ ...fast, result: { ...fast.result, seed: 1 } }] }),
  )
  const kept = mergeShards(
    [
      share(1, {
        scenarios: [entry([...Array<number>(90).fill(1), ...Array<number>(10).fill(500)])],
      }),
      ...fasts,
    ],
    runIdOf,
  )
  expect(exitCodeOf(kept)).toBe(0)
})

test("a share's failed test fails the run, and the run says which share's", () => {
  const failed = entry([1], { testStatus: 'failed', error: 'expected 1 to be 2' })
  const run = mergeShards([share(1), share(2, { scenarios: [failed] }), share(3)], runIdOf)
  expect(run.scenarios).toMatchObject([
    { testStatus: 'failed', error: 'share 2: expected 1 to be 2' },
  ])
  expect(exitCodeOf(run)).toBe(1)
})

const { result } = entry()
const unmeasured: ScenarioEntry = {
  state: 'unmeasured',
  name: 'scenario',
  file: 'bench/scenario.load.ts',
  testStatus: 'failed',
  error: 'no connection',
}

test.each<[string, Share[], string]>([
  ['a missing share', [share(1), share(3)], 'Of 3 shares, 2 is missing.'],
  ['several missing', [share(3)], 'Of 3 shares, 1, 2 are missing.'],
  [
    'one that is there twice',
    [share(1), share(2), { ...share(2), path: 'b.json' }, share(3)],
    'Share 2 of 3 is there twice: 2.json and b.json.',
  ],
  [
    'another commit',
    [share(1), share(2, { commit: null }), share(3)],
    '2.json is not of the same load as 1.json: commit null, not 0a1b2c3',
  ],
  [
    'another profile',
    [share(1), share(2, { profile: 'long' }), share(3)],
    'profile long, not short',
  ],
  [
    'another start',
    [share(1), share(2, {}, { startAt: '2026-01-02T03:04:31.000Z' }), share(3)],
    'start-at 2026-01-02T03:04:31.000Z, not 2026-01-02T03:04:30.000Z',
  ],
  [
    'another number of shares',
    [share(1), share(2, {}, { of: 2 }), share(3)],
    'number of shares 2, not 3',
  ],
  ['another namespace', [share(1), share(2, {}, { namespace: 'x' }), share(3)], 'namespace x'],
  [
    'another scenario',
    [share(1), share(2, { scenarios: [entry([1], { name: 'other' })] }), share(3)],
    'scenario ["bench/scenario.load.ts: other"]',
  ],
  [
    'another seed',
    [share(1), share(2, { scenarios: [entry([1], { result: { ...result, seed: 2 } })] }), share(3)],
    'in "scenario", seed 2, not 1',
  ],
  [
    'other arrivals',
    [
      share(1),
      share(2, { scenarios: [entry([1], { result: { ...result, arrivals: 'x' } })] }),
      share(3),
    ],
    'arrivals x, not constant 100/s',
  ],
  [
    'another SLO',
    [share(1), share(2, { scenarios: [entry([1], { bounds: [] })] }), share(3)],
    'SLO []',
  ],
  [
    'one that was interrupted',
    [share(1), share(2, { status: 'interrupted' }), share(3)],
    '2.json: share 2 was not measured to its end',
  ],
  [
    'one that measured nothing',
    [share(1), share(2, { scenarios: [unmeasured] }), share(3)],
    '2.json: share 2 measured nothing of "scenario": no connection',
  ],
  [
    'a share that was interrupted, as by the timeout of its test,',
    [
      share(1),
      share(2, {
        scenarios: [
          entry([1], {
            testStatus: 'failed',
            result: { ...entry().result, isInterrupted: true, measuredMs: 2_000 },
          }),
        ],
      }),
    ],
    '2.json: share 2 was interrupted while it measured "scenario"',
  ],
  [
    'a run that is no share',
    [share(1), share(2, { generators: { kind: 'one' } })],
    '2.json is not a shard',
  ],
  [
    'shares that are merged already',
    [share(1, { generators: mergeShards([share(1), share(2), share(3)], runIdOf).generators })],
    '1.json holds shares that are merged already',
  ],
  ['nothing', [], 'no run files'],
])('%s is refused', (_, shares, message) => {
  expect(() => mergeShards(shares, runIdOf)).toThrow(expect.objectContaining({ exitCode: 4 }))
  expect(() => mergeShards(shares, runIdOf)).toThrow(message)
})
