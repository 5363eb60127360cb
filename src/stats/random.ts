import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { hash, mix } from './hash.ts'

/** Draws a number. */
export type Draw = () => number

/**
 * An independent stream of random numbers, uniform in [0, 1), of 2³² different values: the same seed and
 * stream give the same numbers in any process. The generator is xoroshiro128+. Hashes fill its 128 bits of
 * state, because similar states begin alike; no two streams of a seed have the same state.
 *
 * @param seed a whole number, of which the lowest 32 bits count.
 * @param stream a whole number, 0 … 2⁵³ − 1.
 */
export function randomStream(seed: number, stream: number): Draw {
  const [a, b] = [hash(seed, stream), hash(~seed, stream)]
  const [c, d] = [mix(a ^ stream), mix(b ^ Math.floor(stream / 2 ** 32))]
  const generator = xoroshiro128plusFromState([a, b, c, d])
  return () => (generator.next() >>> 0) / 2 ** 32
}

/**
 * Draws whole numbers from 0 to `below` − 1, each equally likely.
 * @param uniform draws from [0, 1).
 */
export function wholeDraws(uniform: Draw): (below: number) => number {
  return (below) => Math.floor(uniform() * below)
}

/**
 * Draws from the standard normal distribution.
 * Source: G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates",
 * Annals of Mathematical Statistics 29 (1958).
 * @param uniform draws from [0, 1).
 */
export function normalDraws(uniform: Draw): Draw {
  let spare: number | null = null
  return () => {
    if (spare !== null) {
      const value = spare
      spare = null
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

/**
 * The items in random order, each order equally likely (R. A. Fisher and F. Yates).
 * @param uniform draws from [0, 1).
 */
export function shuffled<T>(items: readonly T[], uniform: Draw = Math.random): readonly T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(uniform() * left.length), 1))
  return drawn
}
