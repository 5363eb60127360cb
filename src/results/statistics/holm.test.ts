import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holm } from './holm.ts'

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })

test("a worked example, as R's p.adjust gives it", () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005])
  for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries()) {
    expect(adjusted[i]).toBeCloseTo(expected, 12)
  }
})

test('one hypothesis needs no adjustment, and none gives none', () => {
  expect(holm([0.03])).toEqual([0.03])
  expect(holm([])).toEqual([])
})

test('rejecting by adjusted values is rejecting step by step, until one fails', () => {
  fc.assert(
    fc.property(pValues, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (all, alpha) => {
      const ascending = all.toSorted((a, b) => a - b)
      const adjusted = holm(ascending)
      let isRejecting = true
      for (const [i, p] of ascending.entries()) {
        isRejecting &&= Math.min((all.length - i) * p, 1) <= alpha
        expect((adjusted[i] ?? 1) <= alpha).toBe(isRejecting)
      }
    }),
  )
})

test('the order in which they are given is of no matter, and none gets smaller', () => {
  fc.assert(
    fc.property(pValues, (all) => {
      const adjusted = holm(all)
      expect(holm(all.toReversed())).toEqual(adjusted.toReversed())
      for (const [i, p] of all.entries()) expect(adjusted[i]).toBeGreaterThanOrEqual(p)
    }),
  )
})
