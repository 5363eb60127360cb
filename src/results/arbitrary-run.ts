import * as fc from 'fast-check'
import type { Histogram } from 'hdr-histogram-js'
import type { IterationFigures, LoadModel, PhaseFigures } from '../load/load-model.ts'
import type { MetricResult } from '../load/metrics/metric-recorders.ts'
import { LARGEST_TIME_US, newTimeHistogram } from '../load/recording/histogram.ts'
import type { TagSplit } from '../load/notes/tag-splits.ts'
import type { ErrorCount } from '../load/recording/error-tally.ts'
import type {
  IntervalFigures,
  LoadResult,
  OperationCounts,
  OperationResult,
} from '../load/result.ts'
import type { Bound } from '../load/slo/slo.ts'
import type { SloRow } from '../load/slo/slo-row.ts'
import { serializeLoadResult } from './load-result-json.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/** Random runs and their parts, for property tests. They contradict themselves nowhere. */

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

/** A histogram of so many times. */
function histogramOfCount(total: number): fc.Arbitrary<Histogram> {
  return fc.array(timeUs, { minLength: 1, maxLength: 30 }).map((values) => {
    const histogram = newTimeHistogram()
    for (const [i, us] of values.entries()) {
      const times = partOf(total, i, values.length)
      if (times > 0) histogram.recordValueWithCount(us, times)
    }
    return histogram
  })
}

/** The i-th of n parts of a whole number, all of them as equal as can be. */
function partOf(whole: number, i: number, n: number): number {
  return Math.floor(((i + 1) * whole) / n) - Math.floor((i * whole) / n)
}

const ascending = (length: number) =>
  fc
    .array(time, { minLength: length, maxLength: length })
    .map((times) => times.toSorted((a, b) => a - b))

const percentiles = ascending(4).map(([p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0]) => ({
  p50Ms,
  p95Ms,
  p99Ms,
  maxMs,
}))

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

const delay = fc.record({ p50Ms: time, p99Ms: time, maxMs: time })
const pauses = fc.record({ count, totalMs: time, maxMs: time })

type EndedCounts = Pick<OperationCounts, 'ok' | 'failed' | 'timedOut' | 'unfinished'>

const counts: fc.Arbitrary<OperationCounts> = fc
  .record({
    ok: count,
    failed: count,
    timedOut: count,
    unfinished: count,
    dropped: count,
    notStarted: count,
  })
  .map((parts) => {
    const started = parts.ok + parts.failed + parts.timedOut + parts.unfinished
    return { planned: started + parts.dropped + parts.notStarted, started, ...parts }
  })

/** What succeeded, and what was waited for in vain. */
function endedTimes({ ok, timedOut, unfinished }: EndedCounts) {
  const histogram = histogramOfCount(ok + timedOut + unfinished)
  return { response: histogram, service: histogram, undisturbed: histogram }
}

/** Errors by code, so many together. */
function errorsOf(failed: number): fc.Arbitrary<readonly ErrorCount[]> {
  return fc
    .array(fc.record({ code: arbitraryText, sample: arbitraryText }), {
      minLength: failed > 0 ? 1 : 0,
      maxLength: 3,
    })
    .map((errors) =>
      errors.map((error, i) => ({ ...error, count: partOf(failed, i, errors.length) })),
    )
}

/** Requests split by two values of a tag, and by none. */
function tagsOf(whole: EndedCounts): fc.Arbitrary<readonly TagSplit[]> {
  return fc
    .record({ tag: arbitraryText, values: fc.uniqueArray(arbitraryText, { maxLength: 2 }) })
    .chain(({ tag, values }) =>
      fc.tuple(
        ...[...values, null].map((value, i) => {
          const part = (of: number): number => partOf(of, i, values.length + 1)
          const ended = {
            ok: part(whole.ok),
            failed: part(whole.failed),
            timedOut: part(whole.timedOut),
            unfinished: part(whole.unfinished),
          }
          return fc.record({
            tag: fc.constant(tag),
            value: fc.constant(value),
            counts: fc.constant(ended),
            lostByPause: count,
            ...endedTimes(ended),
          })
        }),
      ),
    )
}

const deliveries = fc.oneof(
  fc
    .record({
      kind: fc.constant('counted'),
      received: count,
      duplicates: count,
      missing: count,
      incomplete: count,
      missingByPause: count,
      receipt: arbitraryHistogram,
      completion: arbitraryHistogram,
      undisturbedCompletion: arbitraryHistogram,
      receivers: fc.option(fc.record({ eventLoopDelay: delay, pauses })),
    })
    .map((of) => ({ ...of, expected: of.received + of.missing })),
  fc.record({ kind: fc.constant('unknown'), reason: arbitraryText }),
)

const operationOf = (all: OperationCounts): fc.Arbitrary<OperationResult> =>
  fc.record({
    counts: fc.constant(all),
    lostByPause: count,
    errors: errorsOf(all.failed),
    ...endedTimes(all),
    failure: histogramOfCount(all.failed),
    lateness: histogramOfCount(all.started),
    deliveries: fc.option(deliveries),
    checks: fc.array(fc.record({ name: arbitraryText, passed: count, failed: count }), {
      maxLength: 2,
    }),
    tags: fc.option(tagsOf(all), { nil: [] }),
  })

const NOTHING: OperationCounts = {
  planned: 0,
  started: 0,
  dropped: 0,
  notStarted: 0,
  ok: 0,
  failed: 0,
  timedOut: 0,
  unfinished: 0,
}

/** What was measured: nothing if it was ended at once. */
const measurement = fc
  .tuple(fc.uniqueArray(arbitraryText, { minLength: 1, maxLength: 3 }), fc.boolean())
  .chain(([names, isEmpty]) =>
    fc.tuple(
      ...names.map((name) =>
        fc.tuple(
          fc.constant(name),
          isEmpty ? operationOf(NOTHING) : counts.chain((all) => operationOf(all)),
        ),
      ),
    ),
  )
  .chain((entries) => {
    const operations = new Map(entries)
    const isEmpty = [...operations.values()].every(({ counts: { planned } }) => planned === 0)
    return fc.record({
      operations: fc.constant(operations),
      intervals: intervalsOf(operations),
      // A load that began was measured for longer than a clock of µs can tell from nothing.
      measuredMs: isEmpty ? fc.constant(0) : fc.double({ min: 0.001, max: 1e7, noNaN: true }),
      leftMs: time,
    })
  })

/** The seconds of operations, in which all of their requests were. */
function intervalsOf(
  operations: ReadonlyMap<string, OperationResult>,
): fc.Arbitrary<readonly IntervalFigures[]> {
  return fc.integer({ min: 1, max: 3 }).chain((seconds) =>
    fc.tuple(
      ...Array.from({ length: seconds }, (_, second) => second).flatMap((second) =>
        [...operations].map(([name, { counts: all }]) => {
          const part = (of: number): number => partOf(of, second, seconds)
          return fc.record({
            second: fc.constant(second),
            operation: fc.constant(name),
            started: fc.constant(part(all.started)),
            dropped: fc.constant(part(all.dropped)),
            ok: fc.constant(part(all.ok)),
            failed: fc.constant(part(all.failed)),
            timedOut: fc.constant(part(all.timedOut)),
            response: fc.option(percentiles),
          })
        }),
      ),
    ),
  )
}

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
    response: fc.option(percentiles),
  })

const phase: fc.Arbitrary<PhaseFigures> = fc
  .record({
    ok: count,
    failed: count,
    timedOut: count,
    notDone: count,
    errors: fc.array(fc.record({ code: arbitraryText, count, sample: arbitraryText }), {
      maxLength: 2,
    }),
  })
  .map((of) => ({ users: of.ok + of.failed + of.timedOut + of.notDone, ...of }))

const iterations: fc.Arbitrary<IterationFigures> = fc
  .record({ completed: count, cutShort: count, underWay: count })
  .chain((parts) =>
    fc.record({
      started: fc.constant(parts.completed + parts.cutShort + parts.underWay),
      completed: fc.constant(parts.completed),
      cutShort: fc.constant(parts.cutShort),
      underWay: fc.constant(parts.underWay),
      time: histogramOfCount(parts.completed + parts.cutShort),
    }),
  )

const model: fc.Arbitrary<LoadModel> = fc.oneof(
  fc.constant({ kind: 'open' as const }),
  fc.record({
    kind: fc.constant('closed' as const),
    users: count,
    thinkTime: fc.record({ label: arbitraryText, meanMs: time }),
    userTimeMs: time,
    iterations,
    setUp: phase,
    tearDown: phase,
  }),
)

const share = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)

export const arbitraryLoadResult: fc.Arbitrary<LoadResult> = fc
  .tuple(
    measurement,
    fc.record({
      startedAt: date,
      model,
      arrivals: arbitraryText,
      seed: fc.integer(),
      warmUpMs: time,
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
      metrics: fc.array(metric, { maxLength: 3 }),
      undeclaredTags: fc.record({ count, sample: arbitraryText }),
      windowedSlo: fc.array(sloRow, { maxLength: 3 }),
    }),
  )
  .map(([{ leftMs, ...measured }, planned]) => ({
    ...planned,
    ...measured,
    durationMs: measured.measuredMs + leftMs,
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
