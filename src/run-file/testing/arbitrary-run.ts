import * as fc from 'fast-check'
import { arbitraryLoadResult, sloBound, sloRow } from './arbitrary-load.ts'
import { lostIntervals } from './arbitrary-intervals.ts'
import {
  arbitraryText,
  ascending,
  count,
  date,
  percentiles,
  positive,
  rate,
  time,
} from './arbitrary-values.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

/** Random runs and their parts, for property tests. They contradict themselves nowhere. */

export { arbitraryHistogram, arbitraryText } from './arbitrary-values.ts'
export { arbitraryLoadResult } from './arbitrary-load.ts'

const NO_PERCENTILES = { p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }

const latency = fc
  .tuple(ascending(5), time)
  .map(([[minMs = 0, p50Ms = 0, p75Ms = 0, p99Ms = 0, maxMs = 0], meanMs]) => ({
    meanMs,
    p50Ms,
    p75Ms,
    p99Ms,
    minMs,
    maxMs,
  }))

const reasons = fc.array(
  fc.record({ figure: arbitraryText, measured: time, threshold: time, message: arbitraryText }),
  { minLength: 1, maxLength: 2 },
)

const hex = (length: number) =>
  fc
    .array(fc.nat(15), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
const hash = hex(16)

const scenario: fc.Arbitrary<ScenarioEntry> = fc.oneof(
  fc.record({
    state: fc.constant('measured'),
    name: arbitraryText,
    file: arbitraryText,
    testStatus: fc.constantFrom('passed', 'failed', 'cancelled'),
    error: fc.option(arbitraryText),
    workloadHash: fc.option(hash),
    result: arbitraryLoadResult.map(serializeLoadResult),
    verdict: fc.oneof(
      fc.constant({ kind: 'valid' as const }),
      fc.record({ kind: fc.constantFrom('degraded', 'invalid'), reasons }),
    ),
    slo: fc.array(sloRow, { maxLength: 3 }),
    bounds: fc.array(sloBound, { maxLength: 3 }),
  }),
  fc.record({
    state: fc.constant('lost'),
    name: arbitraryText,
    file: arbitraryText,
    testStatus: fc.constantFrom('failed', 'cancelled'),
    error: arbitraryText,
    intervals: lostIntervals,
  }),
  fc.record({
    state: fc.constant('unmeasured'),
    name: arbitraryText,
    file: arbitraryText,
    testStatus: fc.constantFrom('failed', 'cancelled', 'skipped'),
    error: arbitraryText,
  }),
)

const environment = fc.record({
  cpuModel: arbitraryText,
  cpuCores: fc.integer({ min: 1, max: 256 }),
  availableCores: fc.integer({ min: 1, max: 256 }),
  memoryBytes: count,
  cgroup: fc.record({ cpuCores: fc.option(time), memoryBytes: fc.option(count) }),
  os: fc.record({
    platform: arbitraryText,
    architecture: arbitraryText,
    kernel: arbitraryText,
    name: arbitraryText,
  }),
  nodeVersion: arbitraryText,
  packages: fc.constant({ vitest: '5.1.1' }),
})

function server(name: fc.Arbitrary<string>, address: string) {
  return fc.record(
    {
      name,
      version: arbitraryText,
      addresses: fc.constant([address]),
      topology: fc.constant('cluster of 3 primaries and 3 replicas'),
    },
    { requiredKeys: ['name', 'version', 'addresses'] },
  )
}

type Servers = Extract<RunFile['system'], { readonly servers: unknown }>

function arbitraryServers(servers: fc.Arbitrary<Servers['servers']>): fc.Arbitrary<Servers> {
  return fc.record({
    kind: fc.constantFrom('external', 'containers', 'programs'),
    servers,
    configurationHash: fc.option(hash),
  })
}

function referencePart(name: string) {
  return fc.record({ name: fc.constant(name), p50Ms: positive, spread: time })
}

const barrier = fc.record({ run: arbitraryText, skewMs: fc.option(time) })
const shards = {
  startAt: fc.option(date),
  barrier: fc.option(barrier, { nil: undefined }),
  namespace: arbitraryText,
}

export const arbitraryRun: fc.Arbitrary<RunFile> = fc.record({
  schemaVersion: fc.constant(8),
  runId: fc.constantFrom(
    '20260102T030405Z-0a1b2c3',
    '20260102T030405Z-0a1b2c3-dirty.2',
    '20260102T030405Z-nogit',
  ),
  status: fc.constantFrom('running', 'complete', 'interrupted'),
  startedAt: date,
  finishedAt: fc.option(date),
  commit: fc.option(
    fc.record({
      sha: hex(40),
      short: hex(7),
      branch: fc.option(arbitraryText),
      isDirty: fc.boolean(),
    }),
  ),
  profile: arbitraryText,
  system: fc.oneof(
    arbitraryServers(
      fc.tuple(
        server(fc.constant('Redis'), 'redis://127.0.0.1:6379'),
        server(fc.constant('NATS'), 'nats://127.0.0.1:4222'),
      ),
    ),
    arbitraryServers(
      fc.uniqueArray(
        server(
          arbitraryText.filter((name) => name !== ''),
          'http://127.0.0.1:80',
        ),
        {
          minLength: 1,
          maxLength: 3,
          selector: ({ name }) => name,
        },
      ),
    ),
    fc.record({ kind: fc.constant('memory'), notice: arbitraryText }),
    fc.constant({ kind: 'undeclared' as const }),
  ),
  environment,
  reference: fc.option(
    fc.record({
      version: fc.integer({ min: 1, max: 9 }),
      roundTrips: rate,
      parts: fc.tuple(referencePart('Redis'), referencePart('NATS')),
    }),
  ),
  generators: fc.oneof(
    fc.constant({ kind: 'one' as const }),
    fc.record({ kind: fc.constant('shard'), shard: fc.constant(2), of: fc.constant(5), ...shards }),
    fc.record({
      kind: fc.constant('merged'),
      shards: fc.array(fc.record({ runId: arbitraryText, environment }), { maxLength: 2 }),
      ...shards,
    }),
  ),
  scenarios: fc.array(scenario, { maxLength: 3 }),
  capacities: fc.array(
    fc.record({
      name: arbitraryText,
      file: arbitraryText,
      durationMs: time,
      from: rate,
      precision: time,
      probes: fc.array(
        fc.record({
          rate,
          durationMs: time,
          outcome: fc.constantFrom('passed', 'system', 'generator'),
          reasons: fc.array(arbitraryText, { maxLength: 2 }),
          startedAt: date,
          achievedPerSecond: time,
          response: fc.oneof(percentiles, fc.constant(NO_PERCENTILES)),
          latenessP99Ms: fc.option(time),
        }),
        { maxLength: 3 },
      ),
      bracket: fc.record({
        passed: fc.option(rate),
        failed: fc.option(rate),
        limit: fc.option(fc.constantFrom('system', 'generator')),
        isConfirmed: fc.boolean(),
      }),
    }),
    { maxLength: 2 },
  ),
  microBenchmarks: fc.array(
    fc.record({
      file: arbitraryText,
      group: arbitraryText,
      name: arbitraryText,
      samples: count,
      latency,
      throughputPerSecond: time,
      relativeMarginOfErrorPercent: fc.option(time),
    }),
    { maxLength: 2 },
  ),
})
