import { expect, test } from 'vitest'
import type { FaultRecord } from '../../load/faults/fault-record.ts'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { readSlo } from '../../load/slo/slo.ts'
import { readEnvironment } from '../provenance/environment.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import { mergeShards } from './merge-shards.ts'
import type { Shard } from './one-load.ts'
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

function shard(
  number: number,
  overrides: Partial<RunFile> = {},
  generators: Partial<Extract<RunFile['generators'], { kind: 'shard' }>> = {},
): Shard {
  const run: RunFile = {
    schemaVersion: 8,
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

test('shards merge in any order into a valid run, whose SLOs are judged on the sum', () => {
  const run = mergeShards([shard(3), shard(1), shard(2)], runIdOf)
  expect(runFileSchema.parse(run)).toEqual(run)
  expect(run).toMatchObject({
    runId: runIdOf(),
    startedAt: '2026-01-02T03:04:01.000Z',
    finishedAt: '2026-01-02T03:05:03.000Z',
    generators: { kind: 'merged', shards: [1, 2, 3].map((n) => ({ runId: shard(n).run.runId })) },
    scenarios: [{ testStatus: 'passed', verdict: { kind: 'valid' } }],
  })
  const [scenario] = run.scenarios
  if (scenario?.state !== 'measured') throw new Error('not measured')
  const throughput = scenario.slo.find(({ metric }) => metric === 'throughput')
  expect(throughput).toMatchObject({ outcome: 'met', measured: 300, bound: 250 })
  expect(scenario.result.operations[0]?.counts.planned).toBe(3_000)
  expect(exitCodeOf(run)).toBe(0)
})

test('a percentile that only the sum of all shards misses fails the run', () => {
  const slow = entry([...Array<number>(80).fill(1), ...Array<number>(20).fill(500)])
  const fast = entry(Array<number>(100).fill(1))
  const missed = mergeShards([shard(1, { scenarios: [slow] }), shard(2), shard(3)], runIdOf)
  expect(exitCodeOf(missed)).toBe(1)
  const fasts = [2, 3].map((n) =>
    shard(n, { scenarios: [{ ...fast, result: { ...fast.result, seed: 1 } }] }),
  )
  const kept = mergeShards(
    [
      shard(1, {
        scenarios: [entry([...Array<number>(90).fill(1), ...Array<number>(10).fill(500)])],
      }),
      ...fasts,
    ],
    runIdOf,
  )
  expect(exitCodeOf(kept)).toBe(0)
})

test('a failed test of one shard fails the run, which names the shard', () => {
  const failed = entry([1], { testStatus: 'failed', error: 'expected 1 to be 2' })
  const run = mergeShards([shard(1), shard(2, { scenarios: [failed] }), shard(3)], runIdOf)
  expect(run.scenarios).toMatchObject([
    { testStatus: 'failed', error: 'shard 2: expected 1 to be 2' },
  ])
  expect(exitCodeOf(run)).toBe(1)
})

/** Shard 1 injects the faults of all. */
function faulted(label: string, state: 'injected' | 'elsewhere' = 'elsewhere'): Measured {
  const times = { plannedAtMs: 2_000, fromMs: 2_000, toMs: 2_000 }
  const planned = { label, what: null, plannedAtMs: 2_000 }
  const fault: FaultRecord =
    state === 'injected' ? { state, ...planned, ...times } : { state, ...planned }
  return withFault(fault)
}

function withFault(fault: FaultRecord): Measured {
  const { result: calm, ...others } = entry()
  return { ...others, result: { ...calm, faults: [fault] } }
}

test('faults of a load are those that its first shard injected', () => {
  const run = mergeShards(
    [
      shard(1, { scenarios: [faulted('kill Redis', 'injected')] }),
      shard(2, { scenarios: [faulted('kill Redis')] }),
      shard(3, { scenarios: [faulted('kill Redis')] }),
    ],
    runIdOf,
  )
  expect(run.scenarios).toMatchObject([
    { result: { faults: [{ label: 'kill Redis', state: 'injected', fromMs: 2_000 }] } },
  ])
})

test('a fault that every shard observes lasts from the first notice to the last, and fails if one did not see it', () => {
  const planned = { label: 'a pod goes', what: null, plannedAtMs: 2_000 }
  const seen = (fromMs: number, toMs: number): FaultRecord => {
    return { state: 'injected', ...planned, fromMs, toMs }
  }
  const merged = (faults: readonly FaultRecord[]) =>
    mergeShards(
      faults.map((fault, index) => shard(index + 1, { scenarios: [withFault(fault)] })),
      runIdOf,
    ).scenarios.flatMap((one) => (one.state === 'measured' ? one.result.faults : []))
  expect(merged([seen(5_000, 6_000), seen(4_900, 6_100), seen(5_100, 5_900)])).toEqual([
    seen(4_900, 6_100),
  ])
  const unseen: FaultRecord = { state: 'failed', ...planned, fromMs: 2_000, reason: 'all stayed' }
  expect(merged([seen(5_000, 6_000), unseen, seen(4_900, 6_100)])).toEqual([unseen])
})

const { result } = entry()
const unmeasured: ScenarioEntry = {
  state: 'unmeasured',
  name: 'scenario',
  file: 'bench/scenario.load.ts',
  testStatus: 'failed',
  error: 'no connection',
}

test.each<[string, Shard[], string]>([
  ['a missing shard', [shard(1), shard(3)], 'Of 3 shards, 2 is missing.'],
  ['several missing', [shard(3)], 'Of 3 shards, 1, 2 are missing.'],
  [
    'a duplicate shard',
    [shard(1), shard(2), { ...shard(2), path: 'b.json' }, shard(3)],
    'Shard 2 of 3 appears twice: 2.json and b.json.',
  ],
  [
    'another commit',
    [shard(1), shard(2, { commit: null }), shard(3)],
    '2.json is not of the same load as 1.json: commit null, not 0a1b2c3',
  ],
  [
    'another fault',
    [shard(1), shard(2, { scenarios: [faulted('kill NATS')] }), shard(3)],
    'in "scenario", faults ["kill NATS at 2000 ms"], not []',
  ],
  [
    'another profile',
    [shard(1), shard(2, { profile: 'long' }), shard(3)],
    'profile long, not short',
  ],
  [
    'another start',
    [shard(1), shard(2, {}, { startAt: '2026-01-02T03:04:31.000Z' }), shard(3)],
    'start-at 2026-01-02T03:04:31.000Z, not 2026-01-02T03:04:30.000Z',
  ],
  [
    'another number of shards',
    [shard(1), shard(2, {}, { of: 2 }), shard(3)],
    'number of shards 2, not 3',
  ],
  ['another namespace', [shard(1), shard(2, {}, { namespace: 'x' }), shard(3)], 'namespace x'],
  [
    'another scenario',
    [shard(1), shard(2, { scenarios: [entry([1], { name: 'other' })] }), shard(3)],
    'scenario ["bench/scenario.load.ts: other"]',
  ],
  [
    'another seed',
    [shard(1), shard(2, { scenarios: [entry([1], { result: { ...result, seed: 2 } })] }), shard(3)],
    'in "scenario", seed 2, not 1',
  ],
  [
    'other arrivals',
    [
      shard(1),
      shard(2, { scenarios: [entry([1], { result: { ...result, arrivals: 'x' } })] }),
      shard(3),
    ],
    'arrivals x, not constant 100/s',
  ],
  [
    'another SLO',
    [shard(1), shard(2, { scenarios: [entry([1], { bounds: [] })] }), shard(3)],
    'SLO []',
  ],
  [
    'one that was interrupted',
    [shard(1), shard(2, { status: 'interrupted' }), shard(3)],
    '2.json: shard 2 was not measured to its end',
  ],
  [
    'one that measured nothing',
    [shard(1), shard(2, { scenarios: [unmeasured] }), shard(3)],
    '2.json: shard 2 measured nothing of "scenario": no connection',
  ],
  [
    'a shard that was interrupted, as by the timeout of its test,',
    [
      shard(1),
      shard(2, {
        scenarios: [
          entry([1], {
            testStatus: 'failed',
            result: { ...entry().result, isInterrupted: true, measuredMs: 2_000 },
          }),
        ],
      }),
    ],
    '2.json: shard 2 was interrupted while it measured "scenario"',
  ],
  [
    'a run that is not a shard',
    [shard(1), shard(2, { generators: { kind: 'one' } })],
    '2.json is a whole load, not a shard',
  ],
  [
    'shards that are already merged',
    [shard(1, { generators: mergeShards([shard(1), shard(2), shard(3)], runIdOf).generators })],
    '1.json holds shards that are already merged',
  ],
  ['nothing', [], 'no run files'],
])('refuses %s', (_, shards, message) => {
  expect(() => mergeShards(shards, runIdOf)).toThrow(expect.objectContaining({ exitCode: 4 }))
  expect(() => mergeShards(shards, runIdOf)).toThrow(message)
})
