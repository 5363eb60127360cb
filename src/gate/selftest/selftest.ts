import { shareInterval, type ShareInterval } from '../../results/statistics/share-interval.ts'
import type { GateVerdict } from '../decision/verdict.ts'
import type { Bound, SelftestCase } from './cases.ts'

/** How a case went. Plain data. */
export interface SelftestRow extends Pick<SelftestCase, 'target' | 'name' | 'noise'> {
  readonly trials: number
  readonly verdicts: Readonly<Record<GateVerdict['kind'], number>>
  readonly bound: Bound
  /** Share of the trials that ended as a regression, with exit code 1. */
  readonly regressions: number
  /** Of that share, 95 %. */
  readonly interval: ShareInterval
  /** In a trial, fresh ones included. */
  readonly meanRounds: number
  readonly isMet: boolean
}

export interface SelftestOptions {
  /** Of each case on recorded runs. */
  readonly trials: number
  readonly seed: number
  readonly onProgress?: (progress: SelftestProgress) => void
}

export interface SelftestProgress {
  readonly case: Pick<SelftestCase, 'target' | 'name' | 'noise'>
  readonly trial: number
  readonly trials: number
}

/** A trial of the decision alone takes less time. */
const TRIALS_FACTOR = { 'recorded runs': 1, 'one latency': 20, 'twenty latencies': 2 } as const

/** Tries the gate on each case, many times. The same cases and options give the same rows. */
export function runSelftest(
  cases: readonly SelftestCase[],
  { trials, seed, onProgress }: SelftestOptions,
): readonly SelftestRow[] {
  return cases.map((tried, index) => {
    const count = trials * TRIALS_FACTOR[tried.target]
    const verdicts = {
      pass: 0,
      regression: 0,
      improvement: 0,
      inconclusive: 0,
      'not comparable': 0,
    }
    let rounds = 0
    for (let trial = 0; trial < count; trial++) {
      onProgress?.({ case: tried, trial, trials: count })
      const { decided, rounds: made } = tried.run({ seed, stream: index * 1e6 + trial })
      verdicts[decided.verdict.kind]++
      rounds += made
    }
    const { target, name, noise, bound } = tried
    const regressions = verdicts.regression / count
    return {
      target,
      name,
      noise,
      trials: count,
      verdicts,
      bound,
      regressions,
      interval: shareInterval(verdicts.regression, count),
      meanRounds: rounds / count,
      isMet: isMet(bound, regressions),
    }
  })
}

function isMet(bound: Bound, regressions: number): boolean {
  return bound.kind === 'power' ? regressions >= bound.atLeast : regressions <= bound.atMost
}
