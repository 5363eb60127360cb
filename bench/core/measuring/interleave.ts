import { shuffled } from '../../../src/stats/random.ts'

/** One of the measured alternatives. */
export interface Contender {
  readonly name: string
  /** Not timed; before each run. */
  readonly before?: () => Promise<unknown>
  /** Timed, unless it resolves with a time of its own, in ms. */
  readonly run: () => Promise<unknown>
  /** The number of calls per run; samples are per call. Default 1. */
  readonly calls?: number
  /** Runs only in every n-th round, for slow contenders. Default 1. */
  readonly every?: number
}

/** The length of a comparison. */
export interface Rounds {
  readonly rounds: number
  /** Rounds before the measured ones, not sampled. */
  readonly warmUpRounds: number
}

/** One run of a contender. */
export interface Sample {
  readonly round: number
  /** Per call, in ms. */
  readonly ms: number
}

/** Samples by the contender's name. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

/**
 * Runs all contenders in each round, in a freshly drawn order, so that other activity on the machine
 * affects all of them, and none always follows the same other one.
 */
export async function interleave(
  contenders: readonly Contender[],
  length: Rounds,
): Promise<Samples> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0 - length.warmUpRounds; round < length.rounds; round += 1) {
    for (const contender of shuffled(contenders)) {
      const { name, before, run, calls = 1, every = 1 } = contender
      if (round % every !== 0) continue
      await before?.()
      const startedAt = performance.now()
      const own = await run()
      const tookMs = typeof own === 'number' ? own : performance.now() - startedAt
      if (round >= 0) samples.get(name)?.push({ round, ms: tookMs / calls })
    }
  }
  return samples
}
