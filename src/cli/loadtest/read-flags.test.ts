import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../user-error.ts'
import type { WorkloadKind } from './parameters.ts'
import { readFlags, type LoadTestFlags } from './read-flags.ts'

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString()

test('a load without flags has the documented defaults', () => {
  const { parameters, ...run } = readFlags('mixed', {}, {})
  expect(run).toEqual({
    servers: { REDIS_URL: '', NATS_URL: '', BENCH_BACKEND: '' },
    shardEnv: {
      BENCH_SHARD: '',
      BENCH_START_AT: '',
      BENCH_RUN: '',
      BENCH_READY_WITHIN: '',
      BENCH_NAMESPACE: '',
    },
    traceEnv: { BENCH_TRACES: '', BENCH_TRACE_ABOVE: '', BENCH_TRACE_RATIO: '' },
    meeting: null,
    folder: resolve('results'),
    reportIntervalMs: 5_000,
    isVerbose: false,
    isJson: false,
    followedBy: {
      live: undefined,
      stream: undefined,
      otlp: undefined,
      prometheus: undefined,
    },
  })
  expect(parameters).toEqual({
    workload: {
      kind: 'mixed',
      ttlMs: 300_000,
      status: null,
      payload: 'load test',
      withSubscribers: false,
      mix: { register: 50, enumerate: 30, multicast: 20 },
    },
    namespace: 'loadtest',
    arrivals: 'constant',
    ratePerSecond: null,
    durationMs: 60_000,
    warmUpMs: 0,
    timeoutMs: 5_000,
    maxInFlight: 10_000,
    seed: 1,
    slos: [],
    allowFailures: false,
    allowUndelivered: false,
  })
})

test.each<[flags: LoadTestFlags, read: object]>([
  [{ rate: '12.5' }, { parameters: { ratePerSecond: 12.5 } }],
  [{ duration: '2m' }, { parameters: { durationMs: 120_000 } }],
  [{ warmUp: '3s' }, { parameters: { warmUpMs: 3_000 } }],
  [{ arrivals: 'poisson' }, { parameters: { arrivals: 'poisson' } }],
  [{ seed: '9' }, { parameters: { seed: 9 } }],
  [{ timeout: '250ms' }, { parameters: { timeoutMs: 250 } }],
  [{ maxInFlight: '3' }, { parameters: { maxInFlight: 3 } }],
  [{ ttl: '0' }, { parameters: { workload: { ttlMs: 0 } } }],
  [{ ttl: '1.5' }, { parameters: { workload: { ttlMs: 1_500 } } }],
  [{ filter: true }, { parameters: { workload: { status: 'online' } } }],
  [{ status: 'busy' }, { parameters: { workload: { status: 'busy' } } }],
  [{ payload: '' }, { parameters: { workload: { payload: '' } } }],
  [{ withSubscribers: true }, { parameters: { workload: { withSubscribers: true } } }],
  [
    { registerPct: '80', enumeratePct: '15', multicastPct: '5' },
    { parameters: { workload: { mix: { register: 80, enumerate: 15, multicast: 5 } } } },
  ],
  [{ namespace: 'shop' }, { parameters: { namespace: 'shop' } }],
  [
    { slo: ['p95<10ms', 'register.success>99%'] },
    {
      parameters: {
        slos: [{ response: { p95: '10ms' } }, { operations: { register: { successRate: 0.99 } } }],
      },
    },
  ],
  [{ reportInterval: '1s' }, { reportIntervalMs: 1_000 }],
  [{ allowFailures: true }, { parameters: { allowFailures: true } }],
  [{ allowUndelivered: true }, { parameters: { allowUndelivered: true } }],
  [{ verbose: true }, { isVerbose: true }],
  [{ json: true }, { isJson: true }],
  [{ out: 'elsewhere' }, { folder: resolve('elsewhere') }],
  [{ backend: 'memory' }, { servers: { BENCH_BACKEND: 'memory' } }],
  [{ redisAddr: 'h:1' }, { servers: { REDIS_URL: 'redis://h:1', BENCH_BACKEND: 'external' } }],
  [{ redisAddr: 'h:1,i:2' }, { servers: { REDIS_URL: 'redis://h:1,redis://i:2' } }],
  [
    { redisDb: '1', shard: '2/3', startAt: IN_AN_HOUR },
    {
      shardEnv: { BENCH_SHARD: '2/3', BENCH_START_AT: IN_AN_HOUR, BENCH_NAMESPACE: 'loadtest' },
      meeting: null,
    },
  ],
])('%j has its effect', (flags, read) => {
  expect(readFlags('mixed', flags, {})).toMatchObject(read)
})

test('BENCH_RESULTS applies, BENCH_DURATION does not', () => {
  const env = { BENCH_RESULTS: '/tmp/there', BENCH_DURATION: '1s', BENCH_SHARD: '1/2' }
  expect(readFlags('register', {}, env)).toMatchObject({
    folder: resolve('/tmp/there'),
    shardEnv: { BENCH_SHARD: '' },
    parameters: { durationMs: 60_000 },
  })
})

describe('refuses before anything starts:', () => {
  test.each<[WorkloadKind, LoadTestFlags, RegExp]>([
    ['register', { rate: '0' }, /^--rate: "0" must be .* above 0/],
    ['register', { rate: '-1' }, /^--rate: "-1"/],
    ['register', { rate: 'NaN' }, /^--rate: "NaN"/],
    ['register', { rate: '' }, /^--rate: ""/],
    ['register', { out: '' }, /^--out: is empty/],
    ['register', { rate: '5', arrivals: 'ramp:1-9' }, /rate 5\/s has no effect/],
    ['register', { arrivals: 'linear' }, /"linear" is not a valid form/],
    ['register', { duration: '10' }, /^--duration: "10" is not a duration/],
    ['register', { duration: '0s' }, /^--duration: "0s" must be above 0/],
    ['register', { warmUp: 'x' }, /^--warm-up: "x"/],
    ['register', { timeout: '0ms' }, /^--timeout: "0ms"/],
    ['register', { maxInFlight: '0' }, /^--max-in-flight: "0"/],
    ['register', { seed: '1.5' }, /^--seed: "1.5"/],
    ['register', { ttl: '-1' }, /^--ttl: "-1"/],
    ['register', { ttl: '0.0001' }, /^--ttl: "0.0001" is shorter .* at least 0.001/],
    ['mixed', { ttl: `0.${'0'.repeat(400)}1` }, /^--ttl: .* at least 0.001/],
    ['register', { ttl: '999999999999' }, /^--ttl: .* longer than a registration can last/],
    ['register', { namespace: 'a:b' }, /^--namespace "a:b": expected/],
    ['register', { reportInterval: '0s' }, /^--report-interval: "0s" must be at least 1s/],
    ['register', { reportInterval: '5' }, /^--report-interval: "5" is not a duration/],
    ['register', { slo: ['p95'] }, /"p95" is not a bound/],
    [
      'register',
      { slo: ['enumerate.p95<1ms'] },
      /no operation "enumerate" in this workload: register/,
    ],
    [
      'register',
      { slo: ['delivery>98%'] },
      /^SLO: delivery: receipts of this load are not counted/,
    ],
    [
      'mixed',
      { slo: ['register.completion.p95<1s'] },
      /completion: receipts of register are not counted\. They are of multicast/,
    ],
    ['mixed', { registerPct: '80' }, /^--register-pct, .* sum to 100, not 130/],
    [
      'mixed',
      { registerPct: '150', enumeratePct: '0', multicastPct: '-50' },
      /^--register-pct: "150"/,
    ],
    [
      'mixed',
      { registerPct: '100', enumeratePct: '0', multicastPct: '0', slo: ['multicast.p95<1s'] },
      /no operation "multicast" in this workload: register\./,
    ],
    ['mixed', { redisAddr: 'redis://:secret@h:port' }, /^--redis-addr is not a Redis address/],
    ['mixed', { shard: '3/2', startAt: '2999-01-02T03:04:05Z' }, /^--shard: "3\/2" is not a shard/],
    ['mixed', { run: 'a' }, /^--run is for shards/],
    ['mixed', { shard: '1/2', run: 'a b' }, /^--run: "a b" must be made of/],
    ['mixed', { shard: '1/2', startAt: IN_AN_HOUR, readyWithin: '3m' }, /^--ready-within is for/],
    ['mixed', { startAt: IN_AN_HOUR }, /^--start-at is for shards/],
    ['mixed', { shard: '1/2', startAt: '2999-01-02T03:04:05Z' }, /the same servers/],
    [
      'mixed',
      { redisDb: '0', shard: '1/2', startAt: '2000-01-02T03:04:05Z' },
      /^--start-at: .* ago/,
    ],
  ])('%s %j', (kind, flags, message) => {
    let refusal: unknown = null
    try {
      readFlags(kind, flags, {})
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(UserError)
    expect((refusal as Error).message).toMatch(message)
    expect((refusal as Error).message).not.toContain('secret')
  })
})
