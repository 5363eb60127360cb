import * as fc from 'fast-check'
import type { Histogram } from 'hdr-histogram-js'
import type { LoadModel, PhaseFigures } from '../load/load-model.ts'
import type { MetricResult } from '../load/metrics/metric-recorders.ts'
import { LARGEST_TIME_US, newTimeHistogram } from '../load/recording/histogram.ts'
import type { IntervalFigures, LoadResult, OperationResult } from '../load/result.ts'
import type { Bound } from '../load/slo/slo.ts'
import type { SloRow } from '../load/slo/slo-row.ts'
import { serializeLoadResult } from './load-result-json.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/** Random runs and their parts, for property tests. They keep the types, not the conservation law. */

const count = fc.nat(1_000_000)
const rate = fc.integer({ min: 1, max: 1_000_000 })
const time = fc.double({ min: 0, max: 1e7, noNaN: true }).map(Math.abs)
const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
const date = fc
  .date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((moment) => moment.toISOString())
/** Anything a user may call a scenario or a server may put into an error, formulas and newlines included. */
export const arbitraryText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.constantFrom('=1+1', '+1', '-1', '@x', "'quoted", '\t=1', 'a,b', 'say "hi"', 'two\nlines', ''),
)
const timeUs = fc.oneof(fc.nat(5_000), fc.integer({ min: 0, max: LARGEST_TIME_US }))

export const arbitraryHistogram: fc.Arbitrary<Histogram> = fc
  .array(fc.tuple(timeUs, fc.integer({ min: 1, max: 100_000 })), { maxLength: 30 })
  .map((values) => {
    const histogram = newTimeHistogram()
    for (const [us, times] of values) histogram.recordValueWithCount(us, times)
    return histogram
  })

const delay = fc.record({ p50Ms: time, p99Ms: time, maxMs: time })
const pauses = fc.record({ count, totalMs: time, maxMs: time })

const operation: fc.Arbitrary<OperationResult> = fc.record({
  counts: fc.record({
    planned: count,
    started: count,
    dropped: count,
    notStarted: count,
    ok: count,
    failed: count,
    timedOut: count,
    unfinished: count,
  }),
  lostByPause: count,
  errors: fc.array(fc.record({ code: arbitraryText, count, sample: arbitraryText }), {
    maxLength: 3,
  }),
  response: arbitraryHistogram,
  service: arbitraryHistogram,
  undisturbed: arbitraryHistogram,
  failure: arbitraryHistogram,
  lateness: arbitraryHistogram,
  deliveries: fc.option(
    fc.oneof(
      fc.record({
        kind: fc.constant('counted'),
        expected: count,
        received: count,
        duplicates: count,
        missing: count,
        incomplete: count,
        missingByPause: count,
        receipt: arbitraryHistogram,
        completion: arbitraryHistogram,
        undisturbedCompletion: arbitraryHistogram,
        receivers: fc.option(fc.record({ eventLoopDelay: delay, pauses })),
      }),
      fc.record({ kind: fc.constant('unknown'), reason: arbitraryText }),
    ),
  ),
  checks: fc.array(fc.record({ name: arbitraryText, passed: count, failed: count }), {
    maxLength: 2,
  }),
  tags: fc.array(
    fc.record({
      tag: arbitraryText,
      value: fc.option(arbitraryText),
      counts: fc.record({ ok: count, failed: count, timedOut: count, unfinished: count }),
      lostByPause: count,
      response: arbitraryHistogram,
      service: arbitraryHistogram,
      undisturbed: arbitraryHistogram,
    }),
    { maxLength: 2 },
  ),
})

const signed = fc.double({ min: -1e7, max: 1e7, noNaN: true }).map((value) => value + 0)

const metric: fc.Arbitrary<MetricResult> = fc.oneof(
  fc.record({
    kind: fc.constant('counter'),
    name: arbitraryText,
    unit: arbitraryText,
    total: time,
    inTime: time,
    invalid: count,
  }),
  fc.record({
    kind: fc.constant('gauge'),
    name: arbitraryText,
    unit: arbitraryText,
    count,
    values: fc.option(fc.record({ last: signed, lastAtMs: time, min: signed, max: signed })),
    invalid: count,
  }),
  fc.record({
    kind: fc.constant('trend'),
    name: arbitraryText,
    unit: arbitraryText,
    resolution: positive,
    histogram: arbitraryHistogram,
    clamped: count,
    invalid: count,
  }),
)

const sloRow: fc.Arbitrary<SloRow> = fc.record({
  operation: arbitraryText,
  metric: fc.constantFrom('response P95', 'throughput'),
  unit: fc.constantFrom('ms', '1/s', 'ratio'),
  comparison: fc.constantFrom('<', '>', '>=', '<='),
  bound: time,
  measured: fc.option(time),
  punctual: fc.option(time),
  outcome: fc.constantFrom('met', 'missed', 'inconclusive'),
  isDefault: fc.boolean(),
  windows: fc.option(
    fc.record({
      everyMs: time,
      judged: count,
      missed: count,
      inconclusive: count,
      worstFromMs: fc.option(time),
    }),
  ),
})

const boundCommon = {
  operation: fc.option(arbitraryText),
  everyMs: fc.option(time),
  abortAfterMs: fc.option(time),
  isDefault: fc.boolean(),
}

const sloBound: fc.Arbitrary<Bound> = fc.oneof(
  fc.record({
    kind: fc.constant('time'),
    ...boundCommon,
    metric: fc.constantFrom('response', 'completion'),
    percentile: fc.constantFrom(
      { key: 'p90', label: 'P90', value: 90 },
      { key: 'p99999', label: 'P99.999', value: 99.999 },
      { key: 'max', label: 'max', value: 100 },
    ),
    belowMs: time,
  }),
  fc.record({
    kind: fc.constantFrom('success rate', 'delivery rate'),
    ...boundCommon,
    above: time,
  }),
  fc.record({
    kind: fc.constant('throughput'),
    ...boundCommon,
    side: fc.constantFrom('min', 'max'),
    perSecond: time,
  }),
)

const intervalOf = (name: fc.Arbitrary<string>): fc.Arbitrary<IntervalFigures> =>
  fc.record({
    second: fc.nat(300),
    operation: name,
    started: count,
    dropped: count,
    ok: count,
    failed: count,
    timedOut: count,
    response: fc.option(fc.record({ p50Ms: time, p95Ms: time, p99Ms: time, maxMs: time })),
  })

const phase: fc.Arbitrary<PhaseFigures> = fc.record({
  users: count,
  ok: count,
  failed: count,
  timedOut: count,
  notDone: count,
  errors: fc.array(fc.record({ code: arbitraryText, count, sample: arbitraryText }), {
    maxLength: 2,
  }),
})

const model: fc.Arbitrary<LoadModel> = fc.oneof(
  fc.constant({ kind: 'open' as const }),
  fc.record({
    kind: fc.constant('closed' as const),
    users: count,
    thinkTime: fc.record({ label: arbitraryText, meanMs: time }),
    userTimeMs: time,
    iterations: fc.record({
      started: count,
      completed: count,
      cutShort: count,
      underWay: count,
      time: arbitraryHistogram,
    }),
    setUp: phase,
    tearDown: phase,
  }),
)

const share = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)

export const arbitraryLoadResult: fc.Arbitrary<LoadResult> = fc
  .uniqueArray(arbitraryText, { minLength: 1, maxLength: 3 })
  .chain((names) =>
    fc.record({
      startedAt: date,
      model,
      arrivals: arbitraryText,
      seed: fc.integer(),
      warmUpMs: time,
      durationMs: time,
      measuredMs: time,
      isInterrupted: fc.boolean(),
      abortReason: fc.option(arbitraryText),
      limits: fc.record({
        maxInFlight: count,
        whenFull: fc.constantFrom('drop', 'wait'),
        timeoutMs: time,
        gracePeriodMs: time,
      }),
      health: fc.record({
        dispatch: fc.constantFrom('timer', 'clock', 'hybrid', 'spin'),
        largestBatch: count,
        longestBatchMs: time,
        eventLoopDelay: delay,
        pauses,
        gcPauses: pauses,
        coreWaitMs: fc.option(time),
        ranOn: fc.record({ most: count, atEnd: count }),
      }),
      verdictThresholds: fc.record({
        achieved: fc.record({ degraded: share, invalid: share }),
        dropped: fc.record({ degraded: share, invalid: share }),
        unfinished: fc.record({ degraded: share }),
        medianLateness: fc.record({ degraded: fc.option(time) }),
        lateness: fc.record({ degraded: time }),
        tailLateness: fc.record({ degraded: time }),
        latenessMs: fc.record({ degraded: time }),
        batchMs: fc.record({ degraded: time }),
        receiverPauseMs: fc.record({ degraded: time }),
        pauseRatio: fc.record({ degraded: time }),
      }),
      operations: fc
        .tuple(...names.map((name) => fc.tuple(fc.constant(name), operation)))
        .map((entries) => new Map(entries)),
      intervals: fc.array(intervalOf(fc.constantFrom(...names)), { maxLength: 5 }),
      metrics: fc.array(metric, { maxLength: 3 }),
      undeclaredTags: fc.record({ count, sample: arbitraryText }),
      windowedSlo: fc.array(sloRow, { maxLength: 3 }),
    }),
  )

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
    intervals: fc.array(intervalOf(arbitraryText), { maxLength: 3 }),
  }),
  fc.record({
    state: fc.constant('unmeasured'),
    name: arbitraryText,
    file: arbitraryText,
    testStatus: fc.constantFrom('failed', 'cancelled'),
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

const shares = { startAt: date, namespace: arbitraryText }

export const arbitraryRun: fc.Arbitrary<RunFile> = fc.record({
  schemaVersion: fc.constant(5),
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
  backends: fc.oneof(
    fc.record({
      kind: fc.constantFrom('external', 'containers', 'programs'),
      redisAddress: fc.constant('redis://127.0.0.1:6379'),
      natsAddresses: fc.constant(['nats://127.0.0.1:4222']),
      redisVersion: arbitraryText,
      natsVersion: arbitraryText,
      configurationHash: fc.option(hash),
    }),
    fc.record({ kind: fc.constant('memory'), notice: arbitraryText }),
  ),
  environment,
  reference: fc.option(
    fc.record({
      version: fc.integer({ min: 1, max: 9 }),
      roundTrips: rate,
      redisP50Ms: positive,
      natsP50Ms: positive,
      redisSpread: time,
      natsSpread: time,
    }),
  ),
  generators: fc.oneof(
    fc.constant({ kind: 'one' as const }),
    fc.record({ kind: fc.constant('share'), share: fc.constant(2), of: fc.constant(5), ...shares }),
    fc.record({
      kind: fc.constant('merged'),
      shares: fc.array(fc.record({ runId: arbitraryText, environment }), { maxLength: 2 }),
      ...shares,
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
          response: fc.record({
            p50Ms: fc.option(time),
            p95Ms: fc.option(time),
            p99Ms: fc.option(time),
            maxMs: fc.option(time),
          }),
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
      latency: fc.record({
        meanMs: time,
        p50Ms: time,
        p75Ms: time,
        p99Ms: time,
        minMs: time,
        maxMs: time,
      }),
      throughputPerSecond: time,
      relativeMarginOfErrorPercent: fc.option(time),
    }),
    { maxLength: 2 },
  ),
})
