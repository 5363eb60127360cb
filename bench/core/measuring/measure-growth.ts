import { growthOf, type Growth, type GrowthCase, type Prepared } from './growth.ts'
import { shuffled } from '../../../src/stats/random.ts'
import type { Sample } from './interleave.ts'

/** The time per case, in ms; extended if the minimum number of rounds doesn't fit. */
const CASE_MS = 800
const MIN_ROUNDS = 5
const MAX_ROUNDS = 200
const WARM_UP_ROUNDS = 2
/** A case whose round takes longer than this, in ms, gets only `LONG_ROUNDS`. */
const LONG_ROUND_MS = 1_500
const LONG_ROUNDS = 3
/** Quick calls are repeated per sample: for this long, in ms, up to this many times. */
const SAMPLE_MS = 2
const MAX_CALLS = 20

/** One size of a case while it is measured. */
interface Sized extends Prepared {
  readonly size: number
  readonly samples: Sample[]
  /** The shortest call of the warm-up. */
  fastestMs: number
  /** The number of calls per sample. */
  calls: number
}

/** A measured case, with the samples of its largest size. */
export interface MeasuredGrowth {
  readonly growth: Growth
  readonly samplesAtLargest: readonly Sample[]
}

/**
 * Measures a case at all sizes in every round, in a freshly drawn order, so that other activity
 * on the machine affects all of them.
 */
export async function measureGrowth(
  growthCase: GrowthCase,
  sizes: readonly number[],
): Promise<MeasuredGrowth> {
  const { law, upTo = Infinity, prepare } = growthCase
  const sized: Sized[] = []
  try {
    for (const size of sizes.filter((each) => each <= upTo)) {
      sized.push({ ...(await prepare(size)), size, samples: [], calls: 1, fastestMs: Infinity })
    }
    let roundMs = 0
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
      const startedAt = performance.now()
      let timedMs = 0
      for (const each of sized) {
        const ms = await sampleOf(each)
        timedMs += ms
        each.fastestMs = Math.min(each.fastestMs, ms)
      }
      roundMs = performance.now() - startedAt
      if (timedMs > LONG_ROUND_MS) break
    }
    // Calls in a row are quicker, so that sizes that should cost the same have the same number.
    const fastestMs = Math.min(...sized.map((each) => each.fastestMs))
    for (const each of sized) {
      const ms = law === 'constant' ? fastestMs : each.fastestMs
      each.calls = Math.max(1, Math.min(MAX_CALLS, Math.floor(SAMPLE_MS / ms)))
    }
    const rounds =
      roundMs > LONG_ROUND_MS
        ? LONG_ROUNDS
        : Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, Math.floor(CASE_MS / roundMs)))
    for (let round = 0; round < rounds; round += 1) {
      for (const each of shuffled(sized)) each.samples.push({ round, ms: await sampleOf(each) })
    }
  } finally {
    for (const { close } of sized) await close?.()
  }
  const samples = new Map(sized.map((each) => [each.size, each.samples]))
  return {
    growth: growthOf(growthCase, samples),
    samplesAtLargest: sized.at(-1)?.samples ?? [],
  }
}

/** The mean time of one call over several, in ms. */
async function sampleOf({ before, run, calls }: Sized): Promise<number> {
  let ms = 0
  for (let call = 0; call < calls; call += 1) {
    await before?.()
    const startedAt = performance.now()
    await run()
    ms += performance.now() - startedAt
  }
  return ms / calls
}
