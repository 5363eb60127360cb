import { randomStream } from '../../load/arrivals/random-stream.ts'
import { comparisonOf } from '../decision/metric.ts'
import { gatePlan } from '../decision/plan.ts'
import { findComparisons, readRound } from '../decision/read-round.ts'
import type { GateRound, Reading } from '../decision/round.ts'
import {
  addRounds,
  judgeGate,
  openGate,
  type GateSession,
  type GateState,
} from '../decision/session.ts'
import { drawNoise, normalStream } from './round-noise.ts'
import { NO_FAULT, syntheticRun, type Fault } from './synthetic-run.ts'

/** A gate that has come to its end. */
export interface Trial {
  readonly decided: Extract<GateState, { kind: 'decided' }>
  /** Fresh ones included. */
  readonly rounds: number
}

/** Where a trial's random numbers come from: the same give the same trial. */
export interface TrialSeed {
  readonly seed: number
  readonly stream: number
}

/** Gates a version with a fault against one without, by synthetic runs that are recorded as real ones are. */
export function gateSyntheticRuns(fault: Fault, noise: number, { seed, stream }: TrialSeed): Trial {
  const normal = normalStream(seed, 2 * stream)
  const draws = { normal, uniform: randomStream(seed, 2 * stream + 1) }
  const makeRuns = () => {
    const round = drawNoise(noise, normal)
    return {
      baseline: [syntheticRun(NO_FAULT, round.baseline, draws)],
      candidate: [syntheticRun(fault, round.candidate, draws)],
    }
  }
  const first = makeRuns()
  const comparisons = findComparisons(first, null)
  const opened = addRounds(openGate(gatePlan(comparisons)), [readRound(comparisons, first)])
  return finish(opened, () => readRound(comparisons, makeRuns()))
}

/**
 * Gates latencies, drawn as such: the decision alone.
 * @param count how many, each with a noise of its own: the more, the likelier a false alarm.
 */
export function gateLatencies(
  count: number,
  slowdown: number,
  noise: number,
  { seed, stream }: TrialSeed,
): Trial {
  const normal = normalStream(seed, stream)
  const comparisons = Array.from({ length: count }, (_, i) =>
    comparisonOf('synthetic', `request ${i + 1}`, P50, true),
  )
  return finish(openGate(gatePlan(comparisons)), () => {
    const baseline: Record<string, Reading> = {}
    const candidate: Record<string, Reading> = {}
    for (const { id } of comparisons) {
      const logs = drawNoise(noise, normal)
      baseline[id] = { kind: 'time', ms: Math.exp(logs.baseline), requests: 1_000 }
      candidate[id] = { kind: 'time', ms: slowdown * Math.exp(logs.candidate), requests: 1_000 }
    }
    return { baseline, candidate }
  })
}

const P50 = { kind: 'latency', time: 'response', percentile: 50 } as const

function finish(opened: GateSession, makeRound: () => GateRound): Trial {
  let session = opened
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    session = addRounds(session, Array.from({ length: state.rounds }, makeRound))
    state = judgeGate(session)
  }
  return { decided: state, rounds: session.rounds.length + session.confirmation.length }
}
