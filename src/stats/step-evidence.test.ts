import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostLikelyStep } from './step-evidence.ts'

const anywhere = { leastBefore: 1, leastAfter: 1, mostAfter: Infinity }
const values = fc
  .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 6, maxLength: 25 })
  .filter((some) => new Set(some.map((value) => Math.round(value * 1e4))).size > 3)

/** By solving the normal equations of the whitened model for each φ and k, without shortcuts. */
function bySolving(of: readonly number[]): { index: number; evidence: number } {
  const n = of.length
  let [flat, stepped, index] = [-Infinity, -Infinity, 0]
  for (const phi of [0, 0.2, 0.4, 0.6, 0.8]) {
    const whiten = (x: readonly number[]): readonly number[] =>
      x.map((value, t) =>
        t === 0 ? value * Math.sqrt(1 - phi ** 2) : value - phi * (x[t - 1] ?? 0),
      )
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, value, t) => sum + value * (b[t] ?? 0), 0)
    const y = whiten(of)
    const level = whiten(of.map(() => 1))
    const residual = (x: readonly number[], on: readonly number[]): readonly number[] =>
      x.map((value, t) => value - (dot(x, on) / dot(on, on)) * (on[t] ?? 0))
    const likelihood = (rss: number): number => Math.log(1 - phi ** 2) - (n - 2) * Math.log(rss)
    const rest = residual(y, level)
    flat = Math.max(flat, likelihood(dot(rest, rest)))
    for (let k = 1; k < n; k += 1) {
      const step = residual(whiten(of.map((_, t) => (t < k ? 0 : 1))), level)
      const left = residual(rest, step)
      const reached = likelihood(dot(left, left))
      if (reached > stepped) [stepped, index] = [reached, k]
    }
  }
  return { index, evidence: stepped - flat }
}

test('matches the evidence of plainly solved least squares', () => {
  fc.assert(
    fc.property(values, (some) => {
      const expected = bySolving(some)
      const step = mostLikelyStep(Float64Array.from(some), anywhere)
      expect(step?.evidence).toBeCloseTo(expected.evidence, 6)
      expect(step?.evidence).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('the evidence does not depend on unit, level or sign', () => {
  fc.assert(
    fc.property(
      values,
      fc.constantFrom(-1, 3, 0.1),
      fc.integer({ min: -9, max: 9 }),
      (some, a, b) => {
        const step = mostLikelyStep(Float64Array.from(some), anywhere)
        const moved = mostLikelyStep(
          Float64Array.from(some, (value) => a * value + b),
          anywhere,
        )
        expect(moved?.evidence).toBeCloseTo(step?.evidence ?? NaN, 5)
      },
    ),
  )
})

test('a slow wave gives less evidence than a step of the same variance', () => {
  const wave = Float64Array.from({ length: 60 }, (_, k) => Math.sin(k / 8) + Math.sin(k * k) / 5)
  const step = Float64Array.from(
    { length: 60 },
    (_, k) => (k < 30 ? -0.7 : 0.7) + Math.sin(k * k) / 5,
  )
  const evidence = (of: Float64Array): number => mostLikelyStep(of, anywhere)?.evidence ?? 0
  expect(evidence(step)).toBeGreaterThan(4 * evidence(wave))
})

test('there is no step in constants or without room, and infinite evidence between constants', () => {
  expect(mostLikelyStep(new Float64Array(20).fill(3), anywhere)).toBeNull()
  expect(mostLikelyStep(Float64Array.of(1, 2, 3), { ...anywhere, leastBefore: 3 })).toBeNull()
  const between = Float64Array.from({ length: 20 }, (_, k) => (k < 7 ? 0 : 1))
  expect(mostLikelyStep(between, anywhere)).toEqual({ index: 7, evidence: Infinity })
})
