import { normalDraws, randomStream } from '../../src/stats/random.ts'
import { comparisonOf, type Comparison } from '../../src/gate/decision/metric.ts'
import { gatePlan } from '../../src/gate/decision/plan.ts'
import { findComparisons, readRound } from '../../src/gate/decision/read-round.ts'
import type { GateRound, Reading } from '../../src/gate/decision/round.ts'
import type { Both, VersionName } from '../../src/gate/versions/both.ts'
import {
  addRounds,
  judgeGate,
  openGate,
  spendBudget,
  type GateSession,
  type GateState,
} from '../../src/gate/decision/session.ts'
import type { GateVerdict } from '../../src/gate/decision/verdict.ts'
import { drawNoise } from './round-noise.ts'
import { NO_FAULT, syntheticRun, type Fault } from './synthetic-run.ts'

/** The result of one simulated gate. */
export interface Trial {
  readonly verdict: GateVerdict['kind']
  /** The number of rounds, fresh ones included. */
  readonly rounds: number
}

/** The result with all decisions. */
export interface RoundsTrial extends Trial {
  readonly decided: Extract<GateState, { kind: 'decided' }>
}

/** The random seed and stream of a trial, which make it reproducible. */
export interface TrialSeed {
  readonly seed: number
  readonly stream: number
}

/** The fault of each version of a trial. */
export type Versions = Both<Fault>

/** Gates two versions by synthetic runs, recorded like real ones. */
export function gateSyntheticRuns(
  versions: Versions,
  noise: number,
  { seed, stream }: TrialSeed,
): RoundsTrial {
  const normal = normalDraws(randomStream(seed, 2 * stream))
  const draws = { normal, uniform: randomStream(seed, 2 * stream + 1) }
  const makeRuns = () => {
    const round = drawNoise(noise, normal)
    return {
      baseline: [syntheticRun(versions.baseline, round.baseline, draws)],
      candidate: [syntheticRun(versions.candidate, round.candidate, draws)],
    }
  }
  const healthy = [syntheticRun(NO_FAULT, 0, draws)]
  const comparisons = findComparisons({ baseline: healthy, candidate: healthy }, 'alone')
  const opened = openGate(gatePlan(comparisons))
  return finish(opened, (first) => readRound(comparisons, makeRuns(), first))
}

/** A trial of the decision alone, on drawn latencies. */
export interface LatenciesTrial {
  /** The number of latencies with independent noise: the more, the likelier a false alarm. */
  readonly count: number
  /** Factor on the candidate's latencies; 1: none. */
  readonly slowdown: number
  /** Noise between runs: 0.05 is 5 %. */
  readonly noise: number
  /** Relative slowdown of the second run of a round; 0.2 is 20 %. */
  readonly orderEffect?: number
  /** The noise of an additional latency without slowdown. */
  readonly neighbourNoise?: number
  /** The maximum number of rounds. */
  readonly maxRounds?: number
}

/** Gates drawn latencies. */
export function gateLatencies(trial: LatenciesTrial, { seed, stream }: TrialSeed): RoundsTrial {
  const { count, slowdown, noise, orderEffect = 0, neighbourNoise, maxRounds } = trial
  const normal = normalDraws(randomStream(seed, stream))
  const latencies = Array.from({ length: count }, (_, i) => ({
    comparison: latencyOf(`request ${i + 1}`),
    slowdown,
    noise,
  }))
  if (neighbourNoise !== undefined) {
    latencies.push({ comparison: latencyOf('neighbour'), slowdown: 1, noise: neighbourNoise })
  }
  const opened = openGate(gatePlan(latencies.map(({ comparison }) => comparison)))
  const makeRound = (first: VersionName): GateRound => {
    const baseline: Record<string, Reading> = {}
    const candidate: Record<string, Reading> = {}
    const second = 1 + orderEffect
    for (const latency of latencies) {
      const { id } = latency.comparison
      const logs = drawNoise(latency.noise, normal)
      const factors =
        first === 'baseline'
          ? { baseline: 1, candidate: latency.slowdown * second }
          : { baseline: second, candidate: latency.slowdown }
      baseline[id] = timeOf(factors.baseline * Math.exp(logs.baseline))
      candidate[id] = timeOf(factors.candidate * Math.exp(logs.candidate))
    }
    return { first, baseline, candidate }
  }
  return finish(opened, makeRound, maxRounds)
}

function latencyOf(operation: string): Comparison {
  const metric = { kind: 'latency', time: 'service', percentile: 50 } as const
  return comparisonOf('synthetic', operation, metric, true)
}

function timeOf(ms: number): Reading {
  return { kind: 'time', ms, requests: 1_000 }
}

function finish(
  opened: GateSession,
  makeRound: (first: VersionName) => GateRound,
  maxRounds = Infinity,
): RoundsTrial {
  let session = opened
  let state = judgeGate(session)
  while (state.kind !== 'decided') {
    const made = session.rounds.length
    const rounds = Math.min(state.rounds, maxRounds - made)
    session =
      rounds > 0
        ? addRounds(
            session,
            Array.from({ length: rounds }, (_, i) =>
              makeRound((made + i) % 2 === 0 ? 'baseline' : 'candidate'),
            ),
          )
        : spendBudget(session)
    state = judgeGate(session)
  }
  return { verdict: state.verdict.kind, rounds: session.rounds.length, decided: state }
}
