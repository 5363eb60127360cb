import { nothingIn } from '../recording/interval.ts'
import type { ClosedModel } from '../load-model.ts'
import type { CheckResult } from '../notes/check-counts.ts'
import type { TagSplit } from '../notes/tag-splits.ts'
import type { Losses } from '../recording/losses.ts'
import { newTimeHistogram } from '../recording/histogram.ts'
import type {
  Deliveries,
  IntervalFigures,
  LoadResult,
  OperationCounts,
  OperationResult,
  ReceiverHealth,
  UnknownDeliveries,
} from '../result.ts'
import type { TracedRequest } from '../tracing/traced-request.ts'
import { VERDICT_THRESHOLDS } from '../verdict/verdict-thresholds.ts'

/** A test's changes to one operation; everything else is as in an undisturbed load. */
export interface OperationFixture {
  readonly counts?: Partial<OperationCounts>
  readonly responseMs?: readonly number[]
  readonly serviceMs?: readonly number[]
  readonly undisturbedMs?: readonly number[]
  readonly lostByPause?: number
  readonly latenessMs?: readonly number[]
  readonly deliveries?: UnknownDeliveries | DeliveriesFixture
  readonly checks?: readonly CheckResult[]
  readonly tags?: readonly TagSplit[]
  readonly losses?: Losses
  readonly unavailableMs?: number
  readonly unavailableAtLeastMs?: number
  readonly slowest?: readonly TracedRequest[]
}

/** Completions take 2 ms. */
export interface DeliveriesFixture {
  readonly expected: number
  readonly received: number
  readonly missingByPause?: number
  readonly missingByFailure?: number
  readonly undisturbedCompletionMs?: number
  readonly receivers?: ReceiverHealth
}

/** A load result for tests: 10 s at 100/s, all requests started in time and ok, unless said otherwise. */
export function loadResult(
  operations: Readonly<Record<string, OperationFixture>>,
  overrides: Partial<LoadResult> = {},
): LoadResult {
  const results = new Map(
    Object.entries(operations).map(([name, fixture]) => [name, operationResult(fixture)]),
  )
  const intervals = [...results].map(([operation, { counts }]): IntervalFigures => {
    const { started, dropped, ok, failed, timedOut } = counts
    return intervalOf({ operation, started, dropped, ok, failed, timedOut })
  })
  return {
    startedAt: '2026-01-02T03:04:05.678Z',
    model: { kind: 'open' },
    arrivals: 'constant 100/s',
    seed: 1,
    warmUpMs: 0,
    durationMs: 10_000,
    measuredMs: 10_000,
    isInterrupted: false,
    abortReason: null,
    faults: [],
    unavailableMs: 0,
    unavailableAtLeastMs: 0,
    limits: { maxInFlight: 10_000, whenFull: 'drop', timeoutMs: 5_000, gracePeriodMs: 10_000 },
    health: {
      dispatch: 'timer',
      largestBatch: 1,
      longestBatchMs: 0,
      eventLoopDelay: { p50Ms: 0, p99Ms: 1, maxMs: 2 },
      pauses: { count: 0, totalMs: 0, maxMs: 0 },
      longestPauses: [],
      gcPauses: { count: 0, totalMs: 0, maxMs: 0 },
      coreWaitMs: null,
      ranOn: { most: 0, atEnd: 0 },
    },
    verdictThresholds: VERDICT_THRESHOLDS,
    operations: results,
    intervals,
    windowedSlo: [],
    metrics: [],
    undeclaredTags: { count: 0, sample: '' },
    ...overrides,
  }
}

/** A second of which only some figures are given; see `nothingIn`. */
export function intervalOf(figures: Partial<IntervalFigures>): IntervalFigures {
  return { ...nothingIn(0, 'a'), ...figures }
}

/** The model of a load of 10 users for 10 s, all of whom finished except for the given changes. */
export function closedModel(overrides: Partial<ClosedModel> = {}): ClosedModel {
  const all = { users: 10, ok: 10, failed: 0, timedOut: 0, notDone: 0, errors: [] }
  return {
    kind: 'closed',
    users: 10,
    thinkTime: { label: 'exponential, mean 1s', meanMs: 1_000 },
    userTimeMs: 100_000,
    iterations: { started: 100, completed: 90, cutShort: 2, underWay: 8, time: histogramOf([5]) },
    setUp: all,
    tearDown: all,
    ...overrides,
  }
}

/** The operation of a load that has one. */
export function onlyOperation({ operations }: LoadResult): OperationResult {
  const [operation] = operations.values()
  if (operation === undefined) throw new Error('the load has no operation')
  return operation
}

function operationResult(fixture: OperationFixture): OperationResult {
  const { responseMs = [1], serviceMs = responseMs, latenessMs = [0], deliveries } = fixture
  const { undisturbedMs = serviceMs, lostByPause = 0, checks = [], tags = [] } = fixture
  const { losses = null, unavailableMs = null, unavailableAtLeastMs = unavailableMs } = fixture
  const counts = {
    planned: 1_000,
    started: 1_000,
    dropped: 0,
    notStarted: 0,
    ok: 1_000,
    failed: 0,
    timedOut: 0,
    unfinished: 0,
    ...fixture.counts,
  }
  return {
    counts,
    lostByPause,
    errors: counts.failed === 0 ? [] : [{ code: 'FAILED', count: counts.failed, sample: 'no' }],
    response: histogramOf(responseMs),
    service: histogramOf(serviceMs),
    undisturbed: histogramOf(undisturbedMs),
    failure: histogramOf(Array.from({ length: counts.failed }, () => 1)),
    lateness: histogramOf(latenessMs),
    deliveries: deliveries === undefined ? null : deliveriesOf(deliveries),
    losses,
    unavailableMs,
    unavailableAtLeastMs,
    checks,
    tags,
    ...(fixture.slowest === undefined ? {} : { slowest: fixture.slowest }),
  }
}

function deliveriesOf(fixture: UnknownDeliveries | DeliveriesFixture): Deliveries {
  if ('reason' in fixture) return fixture
  const {
    expected,
    received,
    missingByPause = 0,
    missingByFailure = 0,
    undisturbedCompletionMs = 2,
  } = fixture
  return {
    kind: 'counted',
    expected,
    received,
    duplicates: 0,
    missing: expected - received,
    incomplete: expected - received,
    missingByPause,
    missingByFailure,
    receipt: histogramOf([1]),
    completion: histogramOf([2]),
    undisturbedCompletion: histogramOf([undisturbedCompletionMs]),
    receivers: fixture.receivers ?? null,
  }
}

function histogramOf(times: readonly number[]): ReturnType<typeof newTimeHistogram> {
  const histogram = newTimeHistogram()
  for (const ms of times) histogram.recordValue(Math.round(ms * 1_000))
  return histogram
}
