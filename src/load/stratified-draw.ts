import { hash } from '../stats/hash.ts'

/** Requests that together hold the mix exactly. */
export const BLOCK = 100

/**
 * Numbers in [0, 1) for requests 0, 1, 2 …, random in order but not in number: of each block of 100
 * requests, exactly one falls into each hundredth. So a 60/30/10 mix is 60, 30 and 10 of each
 * hundred requests, whereas with independent draws a ratio of 10 % would stray by a fifth in a
 * ten-second run. A pure function of seed and request number, whatever the order of asking.
 */
export function stratifiedDraw(seed: number): (k: number) => number {
  let block = -1
  let strata: Uint8Array = new Uint8Array(BLOCK)
  return (k) => {
    const asked = Math.floor(k / BLOCK)
    if (asked !== block) {
      block = asked
      strata = shuffled(hash(seed, block))
    }
    const stratum = strata[k % BLOCK] ?? 0
    return (stratum + uniform(hash(seed ^ 0x5bd1e995, k))) / BLOCK
  }
}

/** 0 … 99 in an order that the seed decides (Fisher and Yates, as in Knuth's algorithm P). */
function shuffled(seed: number): Uint8Array {
  const order = Uint8Array.from({ length: BLOCK }, (_, i) => i)
  for (let i = BLOCK - 1; i > 0; i--) {
    const j = Math.floor(uniform(hash(seed, i)) * (i + 1))
    const swapped = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = swapped
  }
  return order
}

function uniform(word: number): number {
  return word / 2 ** 32
}
