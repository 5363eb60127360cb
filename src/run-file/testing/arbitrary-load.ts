import * as fc from 'fast-check'
import type { IterationFigures, LoadModel, PhaseFigures } from '../../load/load-model.ts'
import type { MetricResult } from '../../load/metrics/metric-recorders.ts'
import type { LoadResult } from '../../load/result.ts'
import type { Bound } from '../../load/slo/slo.ts'
import type { SloRow } from '../../load/slo/slo-row.ts'
import { arbitraryTraceCounts } from './arbitrary-traces.ts'
import { arbitraryFaults, arbitraryUnavailability } from './arbitrary-faults.ts'
import { measurement } from './arbitrary-operation.ts'
import {
  arbitraryHistogram,
  arbitraryText,
  count,
  date,
  delay,
  histogramOfCount,
  pauses,
  positive,
  time,
} from './arbitrary-values.ts'

/** Random load results and their parts, for property tests. They contradict themselves nowhere. */

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

export const sloRow: fc.Arbitrary<SloRow> = fc.record({
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
    fc.record(
      {
        everyMs: time,
        judged: count,
        missed: count,
        inconclusive: count,
        recoveryMs: time,
        worstFromMs: fc.option(time),
      },
      { requiredKeys: ['everyMs', 'judged', 'missed', 'inconclusive', 'worstFromMs'] },
    ),
  ),
})

const boundCommon = {
  operation: fc.option(arbitraryText),
  everyMs: fc.option(time),
  abortAfterMs: fc.option(time),
  isDefault: fc.boolean(),
}

export const sloBound: fc.Arbitrary<Bound> = fc.oneof(
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
  fc.record({ kind: fc.constant('unavailable'), ...boundCommon, atMostMs: time }),
  fc.record({ kind: fc.constant('lost'), ...boundCommon, atMost: count }),
  fc.record({ kind: fc.constant('recovery'), ...boundCommon, recoveryMs: time }),
)

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

const ratio = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)

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
        longestPauses: fc.array(fc.record({ fromMs: time, lengthMs: time }), { maxLength: 3 }),
        gcPauses: pauses,
        coreWaitMs: fc.option(time),
        ranOn: fc.record({ most: count, atEnd: count }),
      }),
      verdictThresholds: fc.record({
        achieved: fc.record({ degraded: ratio, invalid: ratio }),
        dropped: fc.record({ degraded: ratio, invalid: ratio }),
        unfinished: fc.record({ degraded: ratio }),
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
      ...arbitraryUnavailability,
    }),
    fc.record({ traces: arbitraryTraceCounts }, { requiredKeys: [] }),
  )
  .chain(([{ leftMs, ...measured }, planned, traced]) =>
    arbitraryFaults(measured.measuredMs).map((faults) => ({
      ...planned,
      ...traced,
      ...measured,
      durationMs: measured.measuredMs + leftMs,
      faults,
    })),
  )
