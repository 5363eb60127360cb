import type { Losses } from '../recording/losses.ts'
import type { Unavailability } from '../recording/availability.ts'
import { percentileMs, type Times } from '../recording/histogram.ts'
import { rowOf } from './bound-row.ts'
import type { RequestBound } from './slo.ts'
import { holds, type SloRow } from './slo-row.ts'

/** The figures that bounds are compared with: of one operation or all, over a run or one window. */
export interface SloFigures {
  readonly planned: number
  readonly ok: number
  readonly failed: number
  readonly dropped: number
  /** Due, but not started because the load ended. */
  readonly notStarted: number
  /** Not ok, possibly because of a pause of the generator, an interruption or the receivers. */
  readonly lostByPause: number
  /** The measured time. */
  readonly measuredMs: number
  /** Requests that succeeded within that time. */
  readonly okInTime: number
  /** Due in that time, but started after it, or too late to end in it: the generator was late. */
  readonly startedLater: number
  /** Due before that time, but started in it. */
  readonly startedFromEarlier: number
  readonly response: Times
  /** Without late starts and pauses of the generator. */
  readonly undisturbed: Times
  readonly completion: Times
  /** Without late starts, and pauses of the generator and the receivers. */
  readonly undisturbedCompletion: Times
  /** `null` if they are not known. */
  readonly receipts: {
    readonly expected: number
    readonly received: number
    readonly missingByPause: number
  } | null
  /** The longest stretch without a success; `null` where it is not judged. */
  readonly unavailability: Unavailability | null
  /** What became of promises; `null` if nobody checked. */
  readonly losses: Losses | null
}

/**
 * Judges figures by one bound. A bound that holds in spite of the generator's delays is met. One that
 * would hold without them is inconclusive. A time bound is missed if requests reached the system, but
 * none was answered.
 */
export function judgeBound(
  figures: SloFigures,
  bound: RequestBound,
  operations: readonly string[],
): SloRow {
  const row = rowOf(bound, operations)
  const { measured, withoutPauses, punctual, isUnanswered } = measure(figures, bound)
  const outcome =
    measured === null
      ? isUnanswered
        ? 'missed'
        : 'inconclusive'
      : holds(measured, row)
        ? 'met'
        : withoutPauses !== null && holds(withoutPauses, row)
          ? 'inconclusive'
          : 'missed'
  return { ...row, measured, punctual, outcome, isDefault: bound.isDefault, windows: null }
}

/** A figure, and its value without the influence of generator and receivers. */
interface Measured {
  readonly measured: number | null
  /** Had the generator been punctual and never paused: decides between missed and inconclusive. */
  readonly withoutPauses: number | null
  /** Had everything gone well that the generator may be the reason for; at least as good. */
  readonly punctual: number | null
  /** Whether requests reached the system, but none gave a time. */
  readonly isUnanswered: boolean
}

const NOTHING: Measured = {
  measured: null,
  withoutPauses: null,
  punctual: null,
  isUnanswered: false,
}

function measure(figures: SloFigures, bound: RequestBound): Measured {
  switch (bound.kind) {
    case 'time':
      return measureTime(figures, bound)
    case 'throughput':
      return measureThroughput(figures, bound)
    case 'success rate':
      return measureSuccess(figures)
    case 'delivery rate':
      return measureDelivery(figures)
    case 'unavailable':
      return measureUnavailability(figures)
    case 'lost':
      return measureLosses(figures)
    // Of windows: see `RecoveryTally`.
    case 'recovery':
      return NOTHING
  }
}

/** Where nothing was due, nothing shows that the system was available. */
function measureUnavailability({ planned, unavailability }: SloFigures): Measured {
  if (planned === 0) return NOTHING
  const { unavailableMs = null, unavailableAtLeastMs = null } = unavailability ?? {}
  const punctual = unavailableAtLeastMs
  return { measured: unavailableMs, withoutPauses: punctual, punctual, isUnanswered: false }
}

/** A promise is broken by the system, however late the generator was. Without promises, none was kept either. */
function measureLosses({ losses }: SloFigures): Measured {
  if (losses === null || losses.kind === 'unknown' || losses.promised === 0) return NOTHING
  const { lost } = losses
  return { measured: lost, withoutPauses: lost, punctual: lost, isUnanswered: false }
}

function measureTime(figures: SloFigures, bound: RequestBound & { kind: 'time' }): Measured {
  const isResponse = bound.metric === 'response'
  const percentile = bound.percentile.value
  const [times, undisturbed] = isResponse
    ? [figures.response, figures.undisturbed]
    : [figures.completion, figures.undisturbedCompletion]
  const measured = percentileMs(times, percentile)
  const punctual = percentileMs(undisturbed, percentile)
  const isUnanswered = isResponse && measured === null && figures.failed > figures.lostByPause
  return { measured, withoutPauses: punctual, punctual, isUnanswered }
}

/** A ratio of the planned requests: requests that were not sent are in the denominator. */
function measureSuccess(figures: SloFigures): Measured {
  const { planned, ok, dropped, notStarted, lostByPause } = figures
  if (planned === 0) return NOTHING
  const withoutPauses = ok + notStarted + lostByPause
  return {
    measured: ok / planned,
    withoutPauses: withoutPauses / planned,
    punctual: Math.min(withoutPauses + dropped, planned) / planned,
    isUnanswered: false,
  }
}

function measureDelivery({ receipts }: SloFigures): Measured {
  if (receipts === null || receipts.expected === 0) return NOTHING
  const { expected, received, missingByPause } = receipts
  const punctual = (received + missingByPause) / expected
  return { measured: received / expected, withoutPauses: punctual, punctual, isUnanswered: false }
}

/**
 * Requests that were started late, or late from before, would at best have succeeded in their own
 * time. An interval is open at its end, which may cut off one success or let in another: a rate is
 * compared within one request, and the figure shown is the one that was compared.
 */
function measureThroughput(
  figures: SloFigures,
  { side, perSecond }: RequestBound & { kind: 'throughput' },
): Measured {
  const { measuredMs, okInTime, startedLater, startedFromEarlier, lostByPause } = figures
  if (measuredMs === 0) return NOTHING
  const rateOf = (count: number): number => {
    const exact = (count * 1_000) / measuredMs
    const oneMore = ((count + 1) * 1_000) / measuredMs
    const oneLess = ((count - 1) * 1_000) / measuredMs
    // Where nothing succeeded, no success was cut off either.
    if (count === 0) return 0
    if (side === 'min') return exact < perSecond && oneMore >= perSecond ? oneMore : exact
    return exact > perSecond && oneLess <= perSecond ? oneLess : exact
  }
  const moved =
    side === 'min' ? startedLater + lostByPause : -Math.min(startedFromEarlier, okInTime)
  const punctual = rateOf(okInTime + moved)
  return {
    measured: rateOf(okInTime),
    withoutPauses: punctual,
    punctual,
    isUnanswered: false,
  }
}
