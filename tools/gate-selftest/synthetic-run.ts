import { serializeIntervals } from '../../src/run-file/json/intervals-json.ts'
import type { Histogram } from 'hdr-histogram-js'
import { histogramFigures, type HistogramFigures } from '../../src/load/recording/histogram.ts'
import { DeliveryTally } from '../../src/load/recording/delivery-tally.ts'
import { LoadRecorder } from '../../src/load/recording/load-recorder.ts'
import type { Deliveries, LoadResult, OperationResult } from '../../src/load/result.ts'
import type { RequestTimes } from '../../src/load/recording/request-end.ts'
import { countedDeliveries } from '../../src/load/totals.ts'
import { judgeMeasurement } from '../../src/load/verdict/verdict.ts'
import { VERDICT_THRESHOLDS } from '../../src/load/verdict/verdict-thresholds.ts'
import type { OperationFigures, ScenarioFigures } from '../../src/gate/decision/read-round.ts'
import type { Draw } from '../../src/stats/random.ts'

/** The faults of a version. */
export interface Fault {
  /** Factor on every service time; 1: none. */
  readonly slowdown: number
  /** Ratio of requests that fail because of it; 0: none. */
  readonly errorRatio: number
  /** Ratio of deliveries lost because of it; 0: none. */
  readonly lostRatio: number
  /** Ratio of runs in which every registration blocks the generator for 6 ms. */
  readonly blockedRatio: number
  /** Ratio of runs that end without a measurement. */
  readonly crashedRatio: number
}

export const NO_FAULT: Fault = {
  slowdown: 1,
  errorRatio: 0,
  lostRatio: 0,
  blockedRatio: 0,
  crashedRatio: 0,
}

/** Sources of a run's random numbers. */
export interface Draws {
  readonly normal: Draw
  readonly uniform: Draw
}

const NAME = 'synthetic'
/** One virtual second: 2,000 registrations, and 1,000 multicasts to 10 recipients each. */
const DURATION_MS = 1_000
/** The end of waiting for receipts. */
const END_MS = 2_000
const OPERATIONS = ['register', 'multicast'] as const
const LOAD = { register: 2_000, multicast: 1_000 }
const RECIPIENTS = 10
/** A healthy version isn't perfect: 1 request in 2,000 fails, 1 delivery in 1,000 is lost. */
const USUAL = { errorRatio: 1 / 2_000, lostRatio: 1 / 1_000 }
/** Service times are log-normal. */
const MEDIAN_MS = { register: 1, multicast: 2 }
const SPREAD = 0.4
/** How long a registration blocks the generator in a blocked run. */
const BLOCK_MS = 6

/**
 * A virtual run of a version: simulated requests and receipts, recorded, judged and
 * summarised by the code that does so with real ones.
 * @param noise the logarithm of the factor on this run's times.
 */
export function syntheticRun(fault: Fault, noise: number, draws: Draws): ScenarioFigures {
  if (draws.uniform() < fault.crashedRatio) {
    return { state: 'unmeasured', name: NAME, error: 'the process died' }
  }
  const backlog = draws.uniform() < fault.blockedRatio ? backlogOf(BLOCK_MS) : 0
  const recorder = new LoadRecorder(OPERATIONS, 0, DURATION_MS)
  const tally = new DeliveryTally()
  const slowness = fault.slowdown * Math.exp(noise)
  const error = new Error('synthetic')
  for (const { operation, k, dueMs } of REQUESTS) {
    const latenessMs = backlog * dueMs
    const record = recorder.at(dueMs + latenessMs, operation)
    const serviceMs = MEDIAN_MS[operation] * slowness * Math.exp(SPREAD * draws.normal())
    const times: RequestTimes = { responseMs: latenessMs + serviceMs, serviceMs, pausedMs: 0 }
    record.due(recorder.secondOf(dueMs))
    record.start(latenessMs)
    if (draws.uniform() < USUAL.errorRatio + fault.errorRatio) {
      record.fail(error, times)
      if (operation === 'multicast') deliver(tally, k, dueMs, null, 0, draws)
      continue
    }
    record.succeed(times)
    if (operation === 'multicast')
      deliver(tally, k, dueMs, times.responseMs, fault.lostRatio, draws)
  }
  const endMs = END_MS + backlog * DURATION_MS
  return summarise(
    recorder,
    endMs,
    new Map([['multicast', { ...tally.deliveries(endMs), receivers: null }]]),
  )
}

/** All requests of a run, in order of their due times. */
const REQUESTS = OPERATIONS.flatMap((operation) =>
  Array.from({ length: LOAD[operation] }, (_, k) => ({
    operation,
    k,
    dueMs: (k * DURATION_MS) / LOAD[operation],
  })),
).sort((a, b) => a.dueMs - b.dueMs)

/** The growth of lateness per ms of due time if the generator can't keep up. */
function backlogOf(blockMs: number): number {
  return Math.max((blockMs * LOAD.register) / DURATION_MS - 1, 0)
}

/** Most recipients get a message early, the last about when the sender is answered; none if the request failed. */
function deliver(
  tally: DeliveryTally,
  message: number,
  dueMs: number,
  tookMs: number | null,
  lostRatio: number,
  { uniform }: Draws,
): void {
  for (let recipient = 0; recipient < RECIPIENTS; recipient++) {
    if (tookMs === null || uniform() < USUAL.lostRatio + lostRatio) continue
    tally.receive(message, dueMs, recipient, dueMs + tookMs * uniform())
  }
  tally.expect({
    isSent: true,
    number: message,
    intendedAtMs: dueMs,
    startedAtMs: dueMs,
    recipients: RECIPIENTS,
  })
}

function summarise(
  recorder: LoadRecorder,
  endMs: number,
  deliveries: ReadonlyMap<string, Deliveries>,
): ScenarioFigures {
  const result: LoadResult = {
    startedAt: '2026-01-02T03:04:05.678Z',
    model: { kind: 'open' },
    arrivals: 'synthetic',
    seed: 1,
    warmUpMs: 0,
    durationMs: DURATION_MS,
    measuredMs: DURATION_MS,
    isInterrupted: false,
    abortReason: null,
    faults: [],
    unavailableMs: null,
    unavailableAtLeastMs: null,
    limits: { maxInFlight: 10_000, whenFull: 'drop', timeoutMs: 5_000, gracePeriodMs: 10_000 },
    health: {
      dispatch: 'timer',
      largestBatch: 1,
      longestBatchMs: 0,
      eventLoopDelay: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
      pauses: { count: 0, totalMs: 0, maxMs: 0 },
      longestPauses: [],
      gcPauses: { count: 0, totalMs: 0, maxMs: 0 },
      coreWaitMs: null,
      ranOn: { most: 0, atEnd: 0 },
    },
    verdictThresholds: VERDICT_THRESHOLDS,
    ...recorder.finish(endMs, LOAD.register + LOAD.multicast, deliveries),
    windowedSlo: [],
  }
  return {
    state: 'measured',
    name: NAME,
    testStatus: 'passed',
    verdict: judgeMeasurement(result, []),
    result: {
      ...result,
      operations: [...result.operations].map(figuresOf),
      intervals: serializeIntervals(result.intervals, null),
    },
  }
}

/** Figures as in a run file, without the text of histograms, which would take most of the time. */
function figuresOf([name, operation]: readonly [string, OperationResult]): OperationFigures {
  const { counts, response, service } = operation
  const deliveries = countedDeliveries(operation.deliveries)
  return {
    name,
    counts,
    response: figuresWhenRead(response),
    service: figuresWhenRead(service),
    deliveries: deliveries && {
      kind: 'counted',
      expected: deliveries.expected,
      missing: deliveries.missing,
      completion: figuresWhenRead(deliveries.completion),
    },
  }
}

/** Skips figures that no comparison reads, which would take most of a trial's time. */
function figuresWhenRead(histogram: Histogram): { readonly figures: HistogramFigures } {
  let figures: HistogramFigures | null = null
  return {
    get figures() {
      return (figures ??= histogramFigures(histogram))
    },
  }
}
