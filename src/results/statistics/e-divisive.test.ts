import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestDivision } from './e-divisive.ts'

/** The definition, word for word. */
function divergenceAt(values: readonly number[], index: number): number {
  const [x, y] = [values.slice(0, index), values.slice(index)]
  const mean = (list: readonly number[]) => list.reduce((sum, v) => sum + v, 0) / list.length
  const pairs = (list: readonly number[]) =>
    list.flatMap((a, i) => list.slice(i + 1).map((b) => Math.abs(a - b)))
  const between = mean(x.flatMap((a) => y.map((b) => Math.abs(a - b))))
  const weight = (x.length * y.length) / values.length
  return weight * (2 * between - mean(pairs(x)) - mean(pairs(y)))
}

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
)
const series = fc.array(value, { minLength: 4, maxLength: 25 })

test('it is the division with the greatest divergence of all, as they are defined', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 2, max: 4 }), (values, shortest) => {
      const found = bestDivision(values, shortest)
      const indices = values
        .map((_, k) => k)
        .filter((k) => k >= shortest && values.length - k >= shortest)
      if (found === null) {
        expect(indices).toEqual([])
        return
      }
      const all = indices.map((k) => divergenceAt(values, k))
      expect(indices).toContain(found.index)
      expect(found.divergence).toBeCloseTo(divergenceAt(values, found.index), 7)
      expect(found.divergence).toBeCloseTo(Math.max(...all), 7)
    }),
  )
})

test('a series too short for two parts has none', () => {
  expect(bestDivision([1, 2, 3, 4, 5], 3)).toBeNull()
  expect(bestDivision([1, 1, 1, 9, 9, 9], 3)).toMatchObject({ index: 3, divergence: 24 })
})

test('a change of spread alone divides it too', () => {
  const calm = Array.from({ length: 20 }, (_, k) => (k % 2) * 0.1)
  const wild = Array.from({ length: 20 }, (_, k) => (k % 2 === 0 ? -5 : 5))
  expect(bestDivision([...calm, ...wild], 3)?.index).toBe(20)
})
