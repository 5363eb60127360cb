import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { onlyOperation } from '../testing/result-fixture.ts'
import { feed } from './feed.ts'

const short = { arrivals: constant(400), durationMs: 100, warmUpMs: 25 } as const
const WARM_UP = 10
const MEASURED = 40

describe('rows of data', () => {
  test('follow the request numbers, warm-up included, and unique rows are used once', async () => {
    const seen: (readonly [number, string])[] = []
    const rows = Array.from({ length: WARM_UP + MEASURED }, (_, k) => `row ${k}`)
    const result = await generateLoad({
      ...short,
      operations: { note: async ({ number, data }) => void seen.push([number, data]) },
      data: feed(rows, 'unique'),
    })
    expect(seen).toEqual(rows.map((row, number) => [number, row]))
    expect(onlyOperation(result).counts.ok).toBe(MEASURED)
  })

  test('are rejected before the first request if unique and too few, with their number', async () => {
    let sent = 0
    const load = generateLoad({
      ...short,
      operations: { note: async () => sent++ },
      data: feed(['a', 'b'], 'unique'),
      shard: { index: 0, of: 2 },
    })
    await expect(load).rejects.toThrow(
      /^load: data: a unique feed needs a row for each of the 50 requests, warm-up included, and has 2\./,
    )
    expect(sent).toBe(0)
  })

  test('are the same in shards as in the whole, none used twice', async () => {
    const rows = Array.from({ length: WARM_UP + MEASURED }, (_, k) => k)
    const rowsOfShare = async (index: number): Promise<number[]> => {
      const seen: number[] = []
      await generateLoad({
        ...short,
        operations: { note: async ({ data }) => void seen.push(data) },
        data: feed(rows, 'unique'),
        shard: { index, of: 3 },
      })
      return seen
    }
    const seen = (await Promise.all([0, 1, 2].map(rowsOfShare))).flat()
    expect(seen.toSorted((a, b) => a - b)).toEqual(rows)
  })
})
