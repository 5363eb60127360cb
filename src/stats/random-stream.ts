/**
 * Independent streams of random numbers: the same seed and stream give the same numbers in any
 * process. The generator is sfc32 (C. Doty-Humphrey, PractRand; public domain), whose 128 bits of
 * state begin with the seed and the number of the stream, so that no two begin alike.
 *
 * @param seed a whole number, 0 … 2³² − 1.
 * @param stream a whole number, 0 … 2⁵³ − 1.
 * @returns draws from (0, 1], 2³² different values.
 */
export function randomStream(seed: number, stream: number): () => number {
  let a = seed | 0
  let b = stream | 0
  let c = Math.floor(stream / 2 ** 32) | 0
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return ((sum >>> 0) + 1) / 2 ** 32
  }
  for (let round = 0; round < MIXING_ROUNDS; round++) next()
  return next
}

/** After so many, every bit of the output depends on every bit of the seed. */
const MIXING_ROUNDS = 15
