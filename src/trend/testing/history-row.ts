import type { HistoryRow } from '../../run-file/history/history-row.ts'

/** A run on day `day` (0, 1, 2 …), each of a commit of its own; P50 is 1 ms with a little noise. */
export function rowOf(day: number, change: Partial<HistoryRow> = {}): HistoryRow {
  return {
    runId: `run-${String(day).padStart(4, '0')}`,
    startedAt: new Date(Date.UTC(2026, 0, 1 + day)).toISOString(),
    commit: (0xabc0000 + day).toString(16),
    isDirty: false,
    environmentKey: '0123456789abcdef',
    environment: 'one machine',
    workloadHash: 'fedcba9876543210',
    scenario: 'mixed',
    operation: 'register',
    verdict: 'valid',
    requests: 1_000,
    p50Ms: 2,
    p95Ms: 3,
    p99Ms: 4,
    p999Ms: 5,
    throughputPerSecond: 100,
    errorRatio: 0,
    deliveryRatio: null,
    referenceVersion: null,
    referenceRedisP50Ms: null,
    referenceNatsP50Ms: null,
    serviceP50Ms: 1 + unevenness(day),
    serviceP95Ms: 2,
    serviceP99Ms: 3,
    serviceP999Ms: 4,
    seriesKey: 'aaaabbbbccccdddd',
    nodeVersion: '24.1.0',
    kernel: 'linux x64 6.1.0',
    redisVersion: '7.0.15',
    natsVersion: '2.9.10',
    redisClientVersion: '5.6.0',
    natsClientVersion: '3.1.0',
    serverConfiguration: '0011223344556677',
    ...change,
  }
}

/** The same for the same day, between 0 and 0.02, without a pattern over days. */
export function unevenness(day: number): number {
  return ((day * 7) % 11) / 550
}
