import { intervalOf, loadResult, type OperationFixture } from '../../load/testing/result-fixture.ts'
import type { IntervalFigures, LoadResult } from '../../load/result.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

type Servers = Extract<RunFile['system'], { readonly servers: unknown }>

interface RegistrySystem {
  readonly kind?: Servers['kind']
  readonly redisVersion?: string
  readonly natsVersion?: string
  readonly redisAddress?: string
  readonly configurationHash?: string | null
}

/** Redis and NATS as a run's system. */
export function registrySystem({
  kind = 'programs',
  redisVersion = '7.0.15',
  natsVersion = '2.9.10',
  redisAddress = 'redis://127.0.0.1:6379',
  configurationHash = '0123456789abcdef',
}: RegistrySystem = {}): Servers {
  const servers = [
    { name: 'Redis', version: redisVersion, addresses: [redisAddress] },
    { name: 'NATS', version: natsVersion, addresses: ['nats://127.0.0.1:4222'] },
  ]
  return { kind, servers, configurationHash }
}

/** A run for tests: measured well, on a machine like any other's, unless said otherwise. */
export function runOf(
  scenarios: readonly ScenarioEntry[],
  overrides: Partial<RunFile> = {},
): RunFile {
  return {
    schemaVersion: 8,
    runId: '20260102T030405Z-0a1b2c3',
    status: 'complete',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:05:05.000Z',
    commit: { sha: '0a1b2c3'.padEnd(40, '0'), short: '0a1b2c3', branch: 'main', isDirty: false },
    profile: 'short',
    system: registrySystem(),
    environment: {
      cpuModel: 'a processor',
      cpuCores: 2,
      availableCores: 2,
      memoryBytes: 2 ** 33,
      cgroup: { cpuCores: null, memoryBytes: null },
      os: { platform: 'linux', architecture: 'x64', kernel: '6.1.0', name: 'Debian' },
      nodeVersion: '24.21.0',
      packages: { ioredis: '6.0.0', '@nats-io/transport-node': '3.4.0', vitest: '5.1.1' },
    },
    reference: null,
    generators: { kind: 'one' },
    scenarios,
    microBenchmarks: [],
    capacities: [],
    ...overrides,
  }
}

const SECONDS = 10

const UNTROUBLED = {
  planned: 1_000,
  started: 1_000,
  dropped: 0,
  notStarted: 0,
  ok: 1_000,
  failed: 0,
  timedOut: 0,
  unfinished: 0,
}

/** So many times, distributed as those given. */
function stretched(given: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => given[Math.floor((i * given.length) / count)] ?? 0)
}

/**
 * A scenario of one operation `a`, whose every second is as the whole. Times are stretched or thinned out to as
 * many as there are requests.
 */
export function scenarioOf(
  name: string,
  operation: OperationFixture & { readonly faults?: LoadResult['faults'] } = {},
  overrides: Partial<Measured> = {},
): Measured {
  const counts = { ...UNTROUBLED, ...operation.counts }
  const { responseMs = [1], serviceMs = responseMs, latenessMs = [0] } = operation
  const { undisturbedMs = serviceMs } = operation
  const timed = counts.ok + counts.timedOut + counts.unfinished
  const operations = {
    a: {
      ...operation,
      counts,
      responseMs: stretched(responseMs, timed),
      serviceMs: stretched(serviceMs, timed),
      undisturbedMs: stretched(undisturbedMs, timed),
      latenessMs: stretched(latenessMs, counts.started),
    },
  }
  const result = loadResult(operations, { faults: operation.faults ?? [] })
  const typical = responseMs.toSorted((x, y) => x - y)[responseMs.length >> 1] ?? 1
  const intervals = Array.from({ length: SECONDS }, (_, second): IntervalFigures => {
    // Seconds are never quite alike.
    const ms = typical * (1 + (second % 3) * 0.001)
    const response = { p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms, counts: [] }
    const part = (of: number): number =>
      Math.floor(((second + 1) * of) / SECONDS) - Math.floor((second * of) / SECONDS)
    return intervalOf({
      second,
      started: part(counts.started),
      dropped: part(counts.dropped),
      ok: part(counts.ok),
      failed: part(counts.failed),
      timedOut: part(counts.timedOut),
      response,
    })
  })
  return {
    state: 'measured',
    name,
    file: `bench/${name}.load.ts`,
    testStatus: 'passed',
    error: null,
    workloadHash: 'fedcba9876543210',
    result: serializeLoadResult({ ...result, intervals }),
    verdict: { kind: 'valid' },
    slo: [],
    bounds: [],
    ...overrides,
  }
}

/** So many equal response times, in ms. */
export function times(count: number, ms: number): readonly number[] {
  return Array.from({ length: count }, () => ms)
}
