import { ratioInterval, type RatioInterval } from '../../src/stats/ratio-interval.ts'
import type { GateVerdict } from '../../src/gate/decision/verdict.ts'
import type { Bound, SelftestCase } from './cases.ts'

/** The result of a case. Plain data. */
export interface SelftestRow extends Pick<SelftestCase, 'target' | 'name' | 'noise'> {
  readonly trials: number
  readonly verdicts: Readonly<Record<GateVerdict['kind'], number>>
  readonly bound: Bound
  /** The ratio of trials that ended as the bound describes: as a regression (exit code 1), or as a pass. */
  readonly ratio: number
  /** The 95 % interval of that ratio. */
  readonly interval: RatioInterval
  /** Mean number of rounds per trial, fresh ones included. */
  readonly meanRounds: number
  readonly isMet: boolean
}

export interface SelftestOptions {
  /** Trials per case on recorded runs. */
  readonly trials: number
  readonly seed: number
  readonly onProgress?: (progress: SelftestProgress) => void
}

export interface SelftestProgress {
  readonly case: Pick<SelftestCase, 'target' | 'name' | 'noise'>
  readonly trial: number
  readonly trials: number
}

/** Runs many trials of each case. The same cases and options give the same rows. */
export async function runSelftest(
  cases: readonly SelftestCase[],
  { trials, seed, onProgress }: SelftestOptions,
): Promise<readonly SelftestRow[]> {
  const rows: SelftestRow[] = []
  for (const [index, tried] of cases.entries()) {
    const count = Math.ceil(trials * tried.repeats)
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
      const { verdict, rounds: made } = await tried.run({ seed, stream: index * 1e6 + trial })
      verdicts[verdict]++
      rounds += made
    }
    const { target, name, noise, bound } = tried
    const counted =
      bound.kind === 'passes' ? verdicts.pass + verdicts.improvement : verdicts.regression
    rows.push({
      target,
      name,
      noise,
      trials: count,
      verdicts,
      bound,
      ratio: counted / count,
      interval: ratioInterval(counted, count),
      meanRounds: rounds / count,
      isMet: isMet(bound, counted / count),
    })
  }
  return rows
}

function isMet(bound: Bound, ratio: number): boolean {
  return 'atLeast' in bound ? ratio >= bound.atLeast : ratio <= bound.atMost
}
