import { randomStream, wholeDraws } from '../stats/random.ts'

/** An arbitrary constant. */
const SEED = 0x7265_7175

/**
 * Draws one request's choices: whole numbers from 0 to `below` − 1, independent of each other, of other
 * requests and of the operation drawn for this request. Remainders of the request number are not
 * independent: number % 10 restricts number % 100.
 *
 * A pure function of the request number, so all runs and shards draw the same.
 */
export function drawsOf(number: number): (below: number) => number {
  return wholeDraws(randomStream(SEED, number))
}
