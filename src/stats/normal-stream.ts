import { randomStream } from './random-stream.ts'

/** Draws from the standard normal distribution. */
export type Normal = () => number

/**
 * Normal draws of a seed and a stream, as `randomStream` has them.
 * Source: G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates",
 * Annals of Mathematical Statistics 29 (1958).
 */
export function normalStream(seed: number, stream: number): Normal {
  const uniform = randomStream(seed, stream)
  let spare: number | null = null
  return () => {
    if (spare !== null) {
      const value = spare
      spare = null
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
