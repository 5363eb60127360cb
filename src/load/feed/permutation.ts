import { hash, mix } from '../../stats/hash.ts'

/** Fewer rounds leave too many neighbours together; see the tests. */
const ROUNDS = 6
/** The minimum size of each half; fewer bits allow too few permutations. */
const MIN_BITS = 3

/**
 * A permutation of 0 … `size` − 1 that a seed decides, computed one place at a time: nothing is stored
 * per place, so a million cost what ten do.
 *
 *     place ──→ L │ R      six rounds of  (L, R) → (R, L ⊕ F(R, key))
 *                 └───→ place', and again while place' ≥ size
 *
 * Each round of a Feistel network can be undone, so the network is a bijection of the 2²ᵇ places that
 * two halves of b bits have. Walking on until a place below `size` makes it one of `size` places, in less
 * than four steps on average for all but the smallest sizes.
 * Source: J. Black and P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, sections 3
 * (cycle walking) and 5 (generalised Feistel). It is used to mix, not to hide.
 *
 * @param size a whole number, 1 … 2³².
 * @param seed a whole number, of which the lowest 32 bits count.
 * @param turn a whole number, 0 … 2⁵⁰: another one is another permutation.
 */
export function permutation(size: number, seed: number, turn: number): (place: number) => number {
  const bits = Math.max(Math.ceil(Math.log2(size) / 2), MIN_BITS)
  const half = 2 ** bits
  const mask = half - 1
  const keys = Uint32Array.from({ length: ROUNDS }, (_, i) => hash(seed, turn * ROUNDS + i))
  const step = (place: number): number => {
    let left = Math.floor(place / half)
    let right = place - left * half
    // By index, because an iterator takes as long as the rounds.
    for (let i = 0; i < ROUNDS; i++) {
      const next = left ^ (mix(Math.imul(right + 1, 0x9e3779b1) ^ (keys[i] ?? 0)) & mask)
      left = right
      right = next
    }
    return left * half + right
  }
  return (place) => {
    let at = step(place)
    while (at >= size) at = step(at)
    return at
  }
}
