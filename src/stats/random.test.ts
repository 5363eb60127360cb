import { describe, expect, test } from 'vitest'
import { normalDraws, randomStream, shuffled } from './random.ts'

const DRAWS = 100_000
const BINS = 64

/** Standard deviations by which counts that should be equal exceed what chance explains. */
function excess(counts: Uint32Array): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  const squares = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = counts.length - 1
  return (squares - freedom) / Math.sqrt(2 * freedom)
}

describe('a random stream', () => {
  test('gives the same numbers in every version', () => {
    const draw = randomStream(1, 2)
    expect([draw(), draw(), draw()].map((value) => value * 2 ** 32)).toEqual([
      1_386_245_417, 2_559_577_273, 2_609_758_393,
    ])
  })

  const one = randomStream(7, 0)
  test.each([
    ['draws of one stream', one],
    ['first draws of consecutive streams', (i: number) => randomStream(7, i)()],
    ['first draws of streams 2³² apart', (i: number) => randomStream(7, i * 2 ** 32)()],
    ['first draws of consecutive seeds', (i: number) => randomStream(i, 0)()],
  ])('has independent uniform numbers: %s', (_, drawOf) => {
    const values = new Uint32Array(BINS)
    const pairs = new Uint32Array(BINS * BINS)
    let before = 0
    for (let i = 0; i < DRAWS; i++) {
      const bin = Math.floor(drawOf(i) * BINS)
      values[bin] = (values[bin] ?? 0) + 1
      if (i > 0) pairs[before * BINS + bin] = (pairs[before * BINS + bin] ?? 0) + 1
      before = bin
    }
    expect(excess(values)).toBeLessThan(4)
    expect(excess(pairs)).toBeLessThan(4)
  })

  test('differs by seed and by stream', () => {
    const first = (seed: number, stream: number) => randomStream(seed, stream)()
    const all = [first(1, 0), first(2, 0), first(1, 1), first(0, 0), first(1, 2 ** 32)]
    expect(new Set(all).size).toBe(all.length)
  })
})

test('normal draws have mean 0, variance 1 and the tails of the normal distribution', () => {
  const draw = normalDraws(randomStream(3, 0))
  const values = Array.from({ length: DRAWS }, draw)
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / DRAWS
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(DRAWS))
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / DRAWS))
  const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / DRAWS
  expect(Math.abs(beyond - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / DRAWS))
})

test('a shuffle keeps every item, and each order is equally likely', () => {
  const uniform = randomStream(5, 0)
  const orders = new Map<string, number>()
  for (let i = 0; i < 24_000; i++) {
    const order = shuffled(['a', 'b', 'c', 'd'], uniform).join('')
    orders.set(order, (orders.get(order) ?? 0) + 1)
  }
  expect(orders.size).toBe(24)
  expect(excess(Uint32Array.from(orders.values()))).toBeLessThan(4)
})
