import { checkKeys, written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import type { Arrivals } from './arrivals.ts'

/** Which share of a schedule one of several generators takes. */
export interface Shard {
  /** 0 … `of` − 1. */
  readonly index: number
  /** How many shares there are, ≥ 1. */
  readonly of: number
}

/**
 * One of `of` equal shares of a schedule: every `of`-th request, beginning with request `index`.
 *
 *     whole     0 1 2 3 4 5 6 7 8   ──→ time
 *     0 of 3    0     3     6
 *     1 of 3      1     4     7
 *     2 of 3        2     5     8
 *
 *     start(j) = whole(index + j·of)
 *
 * Together the shares are the whole, each request in exactly one of them, and each share has the
 * shape of the whole at 1/`of` of its rate. A share counts its own requests 0, 1, 2 …; what a
 * request is called in the whole says `numberInWhole`. Each share of a Poisson schedule lays out the
 * whole of it, which is up to `of` times the work a request.
 *
 * @throws InputError unless `of` is a whole number ≥ 1 and `index` one from 0 to `of` − 1.
 */
export function shard(whole: Arrivals, share: Shard): Arrivals {
  checkShard(share)
  const { index, of } = share
  return Object.assign((j: number) => whole(index + j * of), {
    label: `${whole.label}, share ${index + 1} of ${of}`,
  })
}

/**
 * The number in the whole of request `j` of a share: `index + j·of`, different for all requests of
 * all shares. Whatever depends on a request's number (the identity it registers, the operation that
 * is drawn for it) goes by this one, so that the shares do together what one generator would.
 */
export function numberInWhole({ index, of }: Shard, j: number): number {
  return index + j * of
}

/** Whether a number is one of a share's. */
export function isIn({ index, of }: Shard, number: number): boolean {
  return number % of === index
}

/** How many of `count` requests, identities or places fall to a share. */
export function countIn({ index, of }: Shard, count: number): number {
  return Math.max(Math.ceil((count - index) / of), 0)
}

/** The numbers below `count` that fall to a share: 1, 4, 7 … of share 1 of 3. */
export function numbersIn(share: Shard, count: number): readonly number[] {
  return Array.from({ length: countIn(share, count) }, (_, j) => numberInWhole(share, j))
}

/** All of a load: the share of one generator. */
export const WHOLE: Shard = { index: 0, of: 1 }

/**
 * Checks which share of a load is meant.
 * @throws InputError unless `of` is a whole number ≥ 1 and `index` one from 0 to `of` − 1.
 */
export function checkShard(share: unknown): void {
  const { index, of } = checkKeys(share, 'shard', ['index', 'of'] satisfies (keyof Shard)[])
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
