import fc from 'fast-check'
import { expect, test } from 'vitest'
import { solveNonNegative, type Equation } from './solve.ts'

/** Coefficients, and amounts of as many equations as there are coefficients that determine them. */
const determined = fc
  .array(fc.double({ min: 0.1, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 5 })
  .chain((coefficients) =>
    fc.record({
      coefficients: fc.constant(coefficients),
      others: fc.array(
        fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), {
          minLength: coefficients.length,
          maxLength: coefficients.length,
        }),
        { minLength: coefficients.length, maxLength: coefficients.length },
      ),
    }),
  )

test('finds the coefficients that equations determine', () => {
  fc.assert(
    fc.property(determined, ({ coefficients, others }) => {
      // Mostly of one term each, as experiments are.
      const equations = others.map((row, at): Equation => {
        const largest = Math.max(...coefficients)
        const amounts = row.map((amount, term) =>
          term === at ? 1 : (amount * (coefficients[at] ?? 0)) / largest,
        )
        return { amounts, measured: dot(amounts, coefficients) }
      })
      const found = solveNonNegative(equations)
      for (const [at, coefficient] of coefficients.entries()) {
        expect(found[at]).toBeCloseTo(coefficient, 3)
      }
    }),
  )
})

test('no coefficient is negative, whatever the measurements', () => {
  const row = fc.array(fc.double({ min: 0, max: 1_000, noNaN: true }), {
    minLength: 3,
    maxLength: 3,
  })
  const equation = fc.record({
    amounts: row,
    measured: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(equation, { minLength: 1, maxLength: 8 }), (equations) => {
      const found = solveNonNegative(equations)
      expect(found).toHaveLength(3)
      for (const coefficient of found) expect(coefficient).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('a part with an apparently negative cost costs nothing', () => {
  const found = solveNonNegative([
    { amounts: [1, 0], measured: 10 },
    { amounts: [1, 1], measured: 9 },
  ])
  expect(found[1]).toBe(0)
  expect(found[0]).toBeGreaterThan(9)
  expect(found[0]).toBeLessThan(10)
})

test('a term without any equation costs nothing', () => {
  expect(solveNonNegative([{ amounts: [2, 0], measured: 6 }])).toEqual([expect.closeTo(3), 0])
})

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}
