import { histogramFigures } from '../../load/recording/histogram-figures.ts'
import { DeliveryTally } from '../../load/recording/delivery-tally.ts'
import { LoadRecorder } from '../../load/recording/load-recorder.ts'
import type { Deliveries, LoadResult, OperationResult } from '../../load/result.ts'
import type { RequestTimes } from '../../load/recording/recorder.ts'
import { countedDeliveries } from '../../load/totals.ts'
import { judgeMeasurement } from '../../load/verdict/verdict.ts'
import { VERDICT_THRESHOLDS } from '../../load/verdict/verdict-thresholds.ts'
import type { OperationFigures, ScenarioFigures } from '../decision/read-round.ts'
import type { Normal } from './round-noise.ts'

/** What is wrong with a version. */
export interface Fault {
  /** On every service time; 1: none. */
  readonly slowdown: number
  /** Requests that fail because of it; 0: none. */
  readonly errorShare: number
  /** Deliveries that are lost because of it; 0: none. */
  readonly lostShare: number
}

export const NO_FAULT: Fault = { slowdown: 1, errorShare: 0, lostShare: 0 }

/** Random numbers of a run. */
export interface Draws {
  readonly normal: Normal
  readonly uniform: () => number
}

/** One virtual second: 2,000 registrations, and 1,000 multicasts to 10 recipients each. */
const DURATION_MS = 1_000
/** Until when receipts are waited for. */
const END_MS = 2_000
const LOAD = { register: 2_000, multicast: 1_000 }
const RECIPIENTS = 10
/** A healthy version isn't perfect: 1 request in 2,000 fails, 1 delivery in 1,000 is lost. */
const USUAL = { errorShare: 1 / 2_000, lostShare: 1 / 1_000 }
/** Service times are log-normal. */
const MEDIAN_MS = { register: 1, multicast: 2 }
const SPREAD = 0.4

/**
 * A run of a version that takes no time: requests and receipts as they could be, recorded, judged
 * and summarised by what records, judges and summarises real ones.
 * @param noise the logarithm of what this run's times are multiplied by.
 */
export function syntheticRun(fault: Fault, noise: number, draws: Draws): ScenarioFigures {
  const operations = ['register', 'multicast'] as const
  const recorder = new LoadRecorder(operations, 0, DURATION_MS)
  const tally = new DeliveryTally()
  const slowness = fault.slowdown * Math.exp(noise)
  const error = new Error('synthetic')
  for (const operation of operations) {
    const requests = LOAD[operation]
    const medianMs = MEDIAN_MS[operation] * slowness
    for (let k = 0; k < requests; k++) {
      const dueMs = (k * DURATION_MS) / requests
      const record = recorder.at(dueMs, operation)
      const tookMs = medianMs * Math.exp(SPREAD * draws.normal())
      record.due()
      record.start(0)
      if (draws.uniform() <= USUAL.errorShare + fault.errorShare) {
        record.fail(error, timesOf(tookMs))
        continue
      }
      record.succeed(timesOf(tookMs))
      if (operation === 'multicast') deliver(tally, k, dueMs, tookMs, fault.lostShare, draws)
    }
  }
  return summarise(
    recorder,
    new Map([['multicast', { ...tally.deliveries(END_MS), receivers: null }]]),
  )
}

/** Nothing starts late, and nothing pauses. */
function timesOf(tookMs: number): RequestTimes {
  return { responseMs: tookMs, serviceMs: tookMs, pausedMs: 0 }
}

/** Most recipients get a message early, the last about when the sender hears of it. */
function deliver(
  tally: DeliveryTally,
  message: number,
  dueMs: number,
  tookMs: number,
  lostShare: number,
  { uniform }: Draws,
): void {
  for (let recipient = 0; recipient < RECIPIENTS; recipient++) {
    if (uniform() <= USUAL.lostShare + lostShare) continue
    tally.receive(message, dueMs, recipient, dueMs + tookMs * uniform())
  }
  tally.expect({
    number: message,
    intendedAtMs: dueMs,
    startedAtMs: dueMs,
    recipients: RECIPIENTS,
  })
}

function summarise(
  recorder: LoadRecorder,
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
    limits: { maxInFlight: 10_000, whenFull: 'drop', timeoutMs: 5_000, gracePeriodMs: 10_000 },
    health: {
      dispatch: 'timer',
      largestBatch: 1,
      longestBatchMs: 0,
      eventLoopDelay: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
      pauses: { count: 0, totalMs: 0, maxMs: 0 },
      gcPauses: { count: 0, totalMs: 0, maxMs: 0 },
      coreWaitMs: null,
      ranOn: { most: 0, atEnd: 0 },
    },
    verdictThresholds: VERDICT_THRESHOLDS,
    ...recorder.finish(DURATION_MS, LOAD.register + LOAD.multicast, deliveries),
    windowedSlo: [],
  }
  return {
    state: 'measured',
    name: 'synthetic',
    testStatus: 'passed',
    verdict: judgeMeasurement(result, []),
    result: { ...result, operations: [...result.operations].map(figuresOf) },
  }
}

/** As a run file has them, without the text of the histograms: that is most of the work of writing one. */
function figuresOf([name, operation]: readonly [string, OperationResult]): OperationFigures {
  const { counts, response } = operation
  const deliveries = countedDeliveries(operation.deliveries)
  return {
    name,
    counts,
    response: { figures: histogramFigures(response) },
    deliveries: deliveries && {
      kind: 'counted',
      expected: deliveries.expected,
      missing: deliveries.missing,
      completion: { figures: histogramFigures(deliveries.completion) },
    },
  }
}
