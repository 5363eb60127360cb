/**
 * A 32-bit word of two numbers, by the finaliser of MurmurHash3 (Appleby, public domain).
 * @param seed a whole number, of which the lowest 32 bits count.
 * @param n a whole number, 0 … 2⁵³ − 1.
 */
export function hash(seed: number, n: number): number {
  const high = Math.floor(n / 2 ** 32)
  return mix(Math.imul(n + 1, 0x9e3779b1) ^ mix(seed ^ Math.imul(high, 0x85ebca77)))
}

/** The finaliser itself: every bit of the word changes half of the bits of the result. */
export function mix(value: number): number {
  let word = value
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return (word ^ (word >>> 16)) >>> 0
}
