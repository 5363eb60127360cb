import { checkFields, wholeNumber } from '../check-fields.ts'
import { rateAbove0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { normalDraws, randomStream, type Draw } from '../../stats/random.ts'

/** Requests that are laid out together. */
const BLOCK = 512

/**
 * Requests independent of each other, as those of many users are: the gaps between them, and the
 * one before the first, are exponentially distributed with mean 1 / rate.
 *
 *     │││ │    ││  │      │ │││   │   ││ │        │  │││ │
 *     └──────────────────────────────────────────────────── time
 *
 * Any window has rate × window requests on average, with a standard deviation of the root of that.
 *
 * Construction: requests come in blocks of 512. The length of a block, as the sum of 512
 * exponential gaps, is drawn at once from the gamma distribution of shape 512. Within the block,
 * 512 exponential numbers e are drawn and scaled to that length:
 *
 *     start(512·b + i) = S(b) + (S(b+1) − S(b)) · (e₀ + … + eᵢ) / (e₀ + … + e₅₁₁)
 *     S(b+1) − S(b) ~ Gamma(512) / rate
 *
 * The proportions of exponential numbers don't depend on their sum (Lukacs 1955), so the gaps are
 * as if drawn one by one. But a request can be found without those before it: block b draws from a
 * random stream of its own, and only the S are kept, 16 KB per million requests. Of the blocks
 * themselves, one is laid out at a time.
 *
 * @param ratePerSecond requests/s on average, > 0 and finite.
 * @param options.seed a whole number, 0 … 2³² − 1; another one is another schedule. Default 1.
 * @throws InputError for figures out of range, and for unknown options.
 */
export function poisson(ratePerSecond: number, options: { seed?: number } = {}): Arrivals {
  rateAbove0(ratePerSecond, 'poisson: rate')
  checkFields(options, 'poisson', { seed: wholeNumber(0, 2 ** 32 - 1) })
  const { seed = 1 } = options
  const scaleMs = 1_000 / ratePerSecond
  // In mean gaps, the first block's start first.
  const blockStarts = [0]
  const offsets = new Float64Array(BLOCK)
  let laidOut = -1

  const startOf = (block: number): number => {
    for (let b = blockStarts.length; b <= block; b++) {
      blockStarts.push((blockStarts[b - 1] ?? 0) + gamma(BLOCK, randomStream(seed, 2 * b - 2)))
    }
    return blockStarts[block] ?? 0
  }
  const layOut = (block: number): void => {
    const start = startOf(block)
    const length = startOf(block + 1) - start
    const next = randomStream(seed, 2 * block + 1)
    let sum = 0
    for (let i = 0; i < BLOCK; i++) {
      sum -= Math.log(1 - next())
      offsets[i] = sum
    }
    for (let i = 0; i < BLOCK; i++) {
      offsets[i] = (start + length * ((offsets[i] ?? 0) / sum)) * scaleMs
    }
    laidOut = block
  }
  const start = (k: number): number => {
    const block = Math.floor(k / BLOCK)
    if (block !== laidOut) layOut(block)
    return offsets[k - block * BLOCK] ?? 0
  }
  return Object.assign(start, { label: `poisson ${ratePerSecond}/s, seed ${seed}` })
}

/**
 * Draws from the gamma distribution of scale 1, by rejection (Marsaglia and Tsang, "A simple method
 * for generating gamma variables", 2000).
 * @param shape ≥ 1.
 */
function gamma(shape: number, uniform: Draw): number {
  const normal = normalDraws(uniform)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}
