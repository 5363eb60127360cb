import { shuffled } from '../../../src/stats/random.ts'

/** One of the things that are compared, as it is measured. */
export interface Contender {
  readonly name: string
  /** Not timed; before each run. */
  readonly before?: () => Promise<unknown>
  /** Timed, unless it resolves with a time of its own, in ms. */
  readonly run: () => Promise<unknown>
  /** What one run does so many times; samples are per call. Default 1. */
  readonly calls?: number
  /** It runs in every so manieth round: for contenders that take long. Default 1. */
  readonly every?: number
}

/** How long a comparison goes on. */
export interface Rounds {
  readonly rounds: number
  /** Before those, and not in the samples. */
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
 * Runs all contenders in each round, in an order drawn anew, so that whatever else happens on the machine
 * happens to all of them, and none always follows the same other one.
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
