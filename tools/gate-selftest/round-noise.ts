import type { Draw } from '../../src/stats/random.ts'

/**
 * The ratio of the variance between runs that the two runs of a round have in common: the machine's drift,
 * which interleaving removes. Noise of n % between runs leaves 0.89 n % in a round's ratio.
 */
const SHARED_VARIANCE = 0.6

/** The logarithms of the factors on the times of a round's two runs. */
export interface RoundNoise {
  readonly baseline: number
  readonly candidate: number
}

/** @param noise standard deviation of the logarithm of a run's times, between runs: 0.05 is 5 %. */
export function drawNoise(noise: number, normal: Draw): RoundNoise {
  const shared = Math.sqrt(SHARED_VARIANCE) * normal()
  const own = Math.sqrt(1 - SHARED_VARIANCE)
  return {
    baseline: noise * (shared + own * normal()),
    candidate: noise * (shared + own * normal()),
  }
}
