import { randomStream } from '../stats/random-stream.ts'

/** Any number will do, as long as it is always the same. */
const SEED = 0x7265_7175

/**
 * The choices that one request makes: whole numbers from 0 to `below` − 1, independent of one another,
 * of the other requests and of the operation that was drawn for this one. Remainders of the request
 * number are not: where 10 divides 100, number % 10 settles what number % 100 can be.
 *
 * A pure function of the request number, so runs and shards choose alike.
 */
export function drawsOf(number: number): (below: number) => number {
  const draw = randomStream(SEED, number)
  return (below) => Math.floor((1 - draw()) * below)
}
