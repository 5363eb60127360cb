import { loadResult, type OperationFixture } from '../../load/result-fixture.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { serializeLoadResult } from '../load-result-json.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** A run for tests: measured well, on a machine like any other's, unless said otherwise. */
export function runOf(
  scenarios: readonly ScenarioEntry[],
  overrides: Partial<RunFile> = {},
): RunFile {
  return {
    schemaVersion: 5,
    runId: '20260102T030405Z-0a1b2c3',
    status: 'complete',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:05:05.000Z',
    commit: { sha: '0a1b2c3'.padEnd(40, '0'), short: '0a1b2c3', branch: 'main', isDirty: false },
    profile: 'short',
    backends: {
      kind: 'programs',
      redisAddress: 'redis://127.0.0.1:6379',
      natsAddresses: ['nats://127.0.0.1:4222'],
      redisVersion: '7.0.15',
      natsVersion: '2.9.10',
      configurationHash: '0123456789abcdef',
    },
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

/** A scenario of one operation `a`, whose every second is as the whole. */
export function scenarioOf(
  name: string,
  operation: OperationFixture = {},
  overrides: Partial<Measured> = {},
): Measured {
  const result = loadResult({ a: operation })
  const responseMs = operation.responseMs ?? [1]
  const typical = responseMs.toSorted((x, y) => x - y)[responseMs.length >> 1] ?? 1
  const intervals = Array.from({ length: 10 }, (_, second): IntervalFigures => {
    // Seconds are never quite alike.
    const ms = typical * (1 + (second % 3) * 0.001)
    const response = { p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms }
    const [started, rest] = [100, { dropped: 0, failed: 0, timedOut: 0 }]
    return { second, operation: 'a', started, ok: started, ...rest, response }
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
