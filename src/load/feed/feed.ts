import { formatCount } from '../../format.ts'
import { check, oneOf } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import { permutation } from './permutation.ts'

/**
 * The order in which requests take the rows:
 *
 * - `sequential`: in theirs, round and round;
 * - `shuffled`: each round in an order of its own, which the load's seed decides;
 * - `unique`: in theirs, and none twice over the whole load, warm-up and all shards included.
 */
export type FeedMode = 'sequential' | 'shuffled' | 'unique'

const MODES: readonly FeedMode[] = ['sequential', 'shuffled', 'unique']

/** Rows of data for the requests of a load, by `feed`. */
export class Feed<Row> {
  readonly rows: readonly Row[]
  readonly mode: FeedMode

  /** @throws InputError for anything but a list with a row in it, or an unknown mode. */
  constructor(rows: readonly Row[], mode: FeedMode) {
    check(Array.isArray, 'a list of rows')(rows, 'feed')
    if (rows.length === 0) throw new InputError('feed: it has no rows. Give at least one.')
    oneOf(...MODES)(mode, 'feed: mode')
    this.rows = [...rows]
    this.mode = mode
  }
}

/**
 * Data for the requests of a load: each gets one row, as `request.data`.
 *
 *     load({ data: feed(users, 'shuffled'), operations: { login: ({ data }) => login(data.name) }, … })
 *
 * The row depends on the seed and the request number only, so a load can be repeated, and shards together
 * take the rows that one process would.
 * @throws InputError for anything but a list with a row in it, or an unknown mode.
 */
export function feed<Row>(rows: readonly Row[], mode: FeedMode): Feed<Row> {
  return new Feed(rows, mode)
}

/** A `unique` feed has no more rows; `checkEnoughRows` prevents this. */
export class FeedExhaustedError extends Error {
  override readonly name = 'FeedExhaustedError'
  readonly code = 'FEED_EXHAUSTED'
}

/**
 * The row of each request by its number: a pure function, in any order.
 * @returns a function that throws FeedExhaustedError past the last row of a `unique` feed.
 */
export function rowsOf<Row>({ rows, mode }: Feed<Row>, seed: number): (number: number) => Row {
  const size = rows.length
  const rowAt = (place: number): Row => {
    if (place < size) return rows[place] as Row
    throw new FeedExhaustedError(`A unique feed of ${size} rows has no row for request ${place}.`)
  }
  switch (mode) {
    case 'sequential':
      return (number) => rowAt(number % size)
    case 'unique':
      return rowAt
    case 'shuffled': {
      let turn = 0
      let order = permutation(size, seed, turn)
      return (number) => {
        const asked = Math.floor(number / size)
        if (asked !== turn) {
          turn = asked
          order = permutation(size, seed, turn)
        }
        return rowAt(order(number % size))
      }
    }
  }
}

/**
 * Checks that something is a feed.
 * @throws InputError
 */
export function checkFeed(value: unknown, where: string): void {
  check((data) => data instanceof Feed, "a feed, such as feed(rows, 'shuffled')")(value, where)
}

/**
 * Checks that a feed has a row for every request of a load.
 * @param requests of all shards, warm-up included.
 * @throws InputError for a `unique` feed with fewer rows.
 */
export function checkEnoughRows({ rows, mode }: Feed<unknown>, requests: number): void {
  if (mode !== 'unique' || rows.length >= requests) return
  const [has, needed] = [rows.length, requests].map(formatCount)
  throw new InputError(
    `load: data: a unique feed needs a row for each of the ${needed} requests, warm-up included, and has ${has}. Add rows, shorten the load, or choose sequential or shuffled.`,
  )
}
