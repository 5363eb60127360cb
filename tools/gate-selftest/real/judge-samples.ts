import { randomStream, shuffled } from '../../../src/stats/random.ts'
import { medianOf } from '../../../src/stats/quantile.ts'
import { ratioInterval, type RatioInterval } from '../../../src/stats/ratio-interval.ts'
import type { OperationName } from '../../../src/gate/operations/operations.ts'
import { judgePairs, PROCESSES } from '../../../src/gate/pairs/judge-pairs.ts'
import type { PairEnding } from '../../../src/gate/pairs/pair-estimate.ts'
import type { Bound } from '../cases.ts'

/** The processes that measured one case. */
export interface RealSamples {
  readonly operation: OperationName
  readonly name: string
  readonly bound: Bound
  readonly endings: readonly PairEnding[]
}

/** The rates of verdicts of gates drawn from such processes. */
export interface RealRow extends Omit<RealSamples, 'endings'> {
  readonly processes: number
  /** Medians over the processes: baseline in ms, change and difference of the candidate. `null` if all failed. */
  readonly latency: {
    readonly baselineMs: number
    readonly change: number
    readonly differenceUs: number
    /** Standard deviation of the change between processes. */
    readonly scatter: number
  } | null
  /** The number of gates drawn from the processes. */
  readonly gates: number
  readonly regressions: number
  readonly inconclusive: number
  /** The mean number of processes that a gate needs. */
  readonly meanProcesses: number
  /** The 95 % interval of the ratio of regressions, as if only disjoint gates counted. */
  readonly interval: RatioInterval
  readonly isMet: boolean
}

const GATES = 2_000

/**
 * Draws gates from the processes of a case, without replacement: the verdict that a
 * gate would have reached with those processes in that order.
 */
export function judgeSamples(samples: RealSamples, seed: number): RealRow {
  const { operation, name, bound, endings } = samples
  const random = randomStream(seed, 0)
  let regressions = 0
  let inconclusive = 0
  let processes = 0
  for (let gate = 0; gate < GATES; gate += 1) {
    const { kind, used } = gateOf(operation, shuffled(endings, random))
    if (kind === 'regression') regressions += 1
    if (kind === 'inconclusive') inconclusive += 1
    processes += used
  }
  const ratio = regressions / GATES
  const disjoint = Math.max(Math.floor(endings.length / PROCESSES.first), 1)
  return {
    operation,
    name,
    bound,
    processes: endings.length,
    latency: latencyOf(endings),
    gates: GATES,
    regressions: ratio,
    inconclusive: inconclusive / GATES,
    meanProcesses: processes / GATES,
    interval: ratioInterval(Math.round(ratio * disjoint), disjoint),
    isMet: bound.kind === 'false alarms' ? ratio <= bound.atMost : ratio >= bound.atLeast,
  }
}

function gateOf(
  operation: OperationName,
  endings: readonly PairEnding[],
): { readonly kind: 'regression' | 'inconclusive' | 'pass'; readonly used: number } {
  const most = Math.min(PROCESSES.most, endings.length)
  for (const used of [Math.min(PROCESSES.first, most), most]) {
    const state = judgePairs(operation, endings.slice(0, used))
    if (state.kind === 'failed')
      return { kind: state.version === 'candidate' ? 'regression' : 'pass', used }
    if (state.kind === 'processes wanted') continue
    const kinds = state.metrics.map(({ verdict }) => verdict.kind)
    if (kinds.includes('regression')) return { kind: 'regression', used }
    return { kind: kinds.includes('inconclusive') ? 'inconclusive' : 'pass', used }
  }
  return { kind: 'inconclusive', used: most }
}

function latencyOf(endings: readonly PairEnding[]): RealRow['latency'] {
  const latencies = endings.flatMap((ending) =>
    ending.kind === 'measured' ? [ending.estimate.latency] : [],
  )
  if (latencies.length === 0) return null
  const changes = latencies.map(({ logRatio }) => Math.expm1(logRatio))
  const mean = changes.reduce((sum, value) => sum + value, 0) / changes.length
  const squares = changes.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    baselineMs: medianOf(latencies.map(({ baseline }) => baseline)),
    change: medianOf(changes),
    differenceUs: medianOf(latencies.map(({ differenceUs }) => differenceUs)),
    scatter: Math.sqrt(squares / Math.max(changes.length - 1, 1)),
  }
}
