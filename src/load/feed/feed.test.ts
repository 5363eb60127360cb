import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { feed, rowsOf, type FeedMode } from './feed.ts'
import { permutation } from './permutation.ts'

const seed = fc.integer()
const size = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 3_000 }))
const turn = fc.nat(1_000_000)

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => k)
}

describe('a permutation', () => {
  test('contains every place once, for any size, seed and turn', () => {
    fc.assert(
      fc.property(size, seed, turn, (count, ofSeed, ofTurn) => {
        const places = upTo(count).map(permutation(count, ofSeed, ofTurn))
        expect(places.toSorted((a, b) => a - b)).toEqual(upTo(count))
      }),
    )
  })

  test.each([2, 3, 4])('of %i places: every permutation is equally likely', (count) => {
    const DRAWS = 24_000
    const seen = new Map<string, number>()
    for (const ofTurn of upTo(DRAWS)) {
      const order = upTo(count)
        .map(permutation(count, 1, ofTurn))
        .join()
      seen.set(order, (seen.get(order) ?? 0) + 1)
    }
    const orders = [1, 1, 2, 6, 24][count] ?? 0
    const expected = DRAWS / orders
    expect(seen.size).toBe(orders)
    const chiSquared = [...seen.values()].reduce(
      (sum, times) => sum + (times - expected) ** 2 / expected,
      0,
    )
    // P99.9 of chi-squared with 1, 5 and 23 degrees of freedom.
    expect(chiSquared).toBeLessThan([0, 0, 10.8, 20.5, 49.7][count] ?? 0)
  })

  test('neighbours among a million places end up as far apart as any two places', () => {
    const SIZE = 1_000_000
    const at = permutation(SIZE, 7, 0)
    const places = upTo(20_000).map(at)
    const distances = places.slice(1).map((place, k) => Math.abs(place - (places[k] ?? 0)))
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length
    // Of two places at random it is a third of the size, with a standard error of 0.0017 of it here.
    expect(Math.abs(mean / SIZE - 1 / 3)).toBeLessThan(0.008)
  })
})

describe('a feed', () => {
  const mode = fc.constantFrom<FeedMode>('sequential', 'shuffled')

  test('gives each row once per round', () => {
    fc.assert(
      fc.property(size, seed, mode, fc.nat(1_000), (count, ofSeed, ofMode, round) => {
        const rowOf = rowsOf(feed(upTo(count), ofMode), ofSeed)
        const rows = upTo(count).map((k) => rowOf(round * count + k))
        expect(rows.toSorted((a, b) => a - b)).toEqual(upTo(count))
      }),
    )
  })

  test('gives a request the same row in any order and process', () => {
    const numbers = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(size, seed, mode, numbers, (count, ofSeed, ofMode, asked) => {
        const rowOf = rowsOf(feed(upTo(count), ofMode), ofSeed)
        const rows = new Map(asked.map((number) => [number, rowOf(number)]))
        for (const number of asked.toReversed()) {
          const other = rowsOf(feed(upTo(count), ofMode), ofSeed)
          expect(other(number)).toBe(rows.get(number))
        }
      }),
    )
  })

  test('gives shards the rows of the whole', () => {
    fc.assert(
      fc.property(size, seed, fc.integer({ min: 2, max: 5 }), (count, ofSeed, of) => {
        const whole = rowsOf(feed(upTo(count), 'shuffled'), ofSeed)
        const shards = upTo(of).map(() => rowsOf(feed(upTo(count), 'shuffled'), ofSeed))
        const rows = upTo(2 * count).map((number) => shards[number % of]?.(number))
        expect(rows).toEqual(upTo(2 * count).map(whole))
      }),
    )
  })

  test('shuffles differently in every round and for every seed', () => {
    const rows = upTo(20)
    const round = (ofSeed: number, k: number) =>
      rows.map((row) => rowsOf(feed(rows, 'shuffled'), ofSeed)(k * 20 + row))
    expect(round(1, 0)).not.toEqual(rows)
    expect(round(1, 1)).not.toEqual(round(1, 0))
    expect(round(2, 0)).not.toEqual(round(1, 0))
  })

  test('gives unique rows in order, and throws after the last', () => {
    const rowOf = rowsOf(feed(['a', 'b'], 'unique'), 1)
    expect([rowOf(1), rowOf(0)]).toEqual(['b', 'a'])
    expect(() => rowOf(2)).toThrow(expect.objectContaining({ code: 'FEED_EXHAUSTED' }))
  })

  test('does not change with its list', () => {
    const rows = ['a', 'b']
    const fed = feed(rows, 'sequential')
    rows.length = 0
    expect(rowsOf(fed, 1)(3)).toBe('b')
  })
})

test.each<[rows: unknown, mode: unknown, message: RegExp]>([
  [[], 'shuffled', /^feed: it has no rows/],
  ['abc', 'shuffled', /^feed: 'abc' must be a list of rows/],
  [undefined, 'shuffled', /^feed: undefined must be a list of rows/],
  [['a'], 'shufled', /^feed: mode: 'shufled' is not valid\. Did you mean "shuffled"\?/],
  [['a'], undefined, /^feed: mode: undefined is not valid/],
])('rejects feed(%j, %j)', (rows, mode, message) => {
  const make = (): unknown => feed(rows as string[], mode as FeedMode)
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
