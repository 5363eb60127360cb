import { checkKeys, written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import type { Arrivals } from './arrivals.ts'

/** The shard of a schedule that one of several generators makes. */
export interface Shard {
  /** 0 … `of` − 1. */
  readonly index: number
  /** The number of shards, ≥ 1. */
  readonly of: number
}

/**
 * One of `of` equal shards of a schedule: every `of`-th request, beginning with request `index`.
 *
 *     whole     0 1 2 3 4 5 6 7 8   ──→ time
 *     0 of 3    0     3     6
 *     1 of 3      1     4     7
 *     2 of 3        2     5     8
 *
 *     start(j) = whole(index + j·of)
 *
 * Together the shards make the whole, with each request in exactly one of them. Each shard has the
 * shape of the whole at 1/`of` of its rate. A shard counts its own requests 0, 1, 2 …;
 * `numberInWhole` gives their numbers in the whole. Each shard of a Poisson schedule computes the
 * whole schedule, which is up to `of` times the work per request.
 *
 * @throws InputError unless `of` is a whole number ≥ 1 and `index` one from 0 to `of` − 1.
 */
export function shardOf(whole: Arrivals, shard: Shard): Arrivals {
  checkShard(shard)
  const { index, of } = shard
  return Object.assign((j: number) => whole(index + j * of), {
    label: `${whole.label}, shard ${index + 1} of ${of}`,
  })
}

/**
 * The number in the whole of request `j` of a shard: `index + j·of`, unique over all shards. Everything
 * that depends on a request's number (the identity it registers, its operation, its row of data) uses this
 * number, so the shards together do what one generator would.
 */
export function numberInWhole({ index, of }: Shard, j: number): number {
  return index + j * of
}

/** Whether request `number` of the whole belongs to the shard. */
export function isIn({ index, of }: Shard, number: number): boolean {
  return number % of === index
}

/** The number of requests, identities or places out of `count` that belong to the shard. */
export function countIn({ index, of }: Shard, count: number): number {
  return Math.max(Math.ceil((count - index) / of), 0)
}

/** The numbers below `count` that belong to the shard: 1, 4, 7 … for shard 1 of 3. */
export function numbersIn(shard: Shard, count: number): readonly number[] {
  return Array.from({ length: countIn(shard, count) }, (_, j) => numberInWhole(shard, j))
}

/** The whole load, made by one generator. */
export const WHOLE: Shard = { index: 0, of: 1 }

/**
 * Checks that something is a shard.
 * @throws InputError unless `of` is a whole number ≥ 1 and `index` one from 0 to `of` − 1.
 */
export function checkShard(shard: unknown): void {
  const { index, of } = checkKeys(shard, 'shard', ['index', 'of'] satisfies (keyof Shard)[])
  if (!isWhole(of) || of < 1) {
    throw new InputError(`shard: of ${written(of)} must be a whole number from 1.`)
  }
  if (!isWhole(index) || index < 0 || index >= of) {
    throw new InputError(
      `shard: index ${written(index)} must be a whole number from 0 to ${of - 1}.`,
    )
  }
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value)
}
