/**
 * Uniform draws in [0, 1), the same ones for the same state (mulberry32, by Tommy Ettinger, 2017, in the
 * public domain).
 * @param state a whole number.
 */
export function uniformFrom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
