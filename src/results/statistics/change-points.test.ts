import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findChangePoints, GREATEST_P } from './change-points.ts'
import { tTest } from './t-test.ts'

/** Series in which there is something to find: stretches of different levels with noise on them. */
const series = fc
  .array(
    fc.record({ level: fc.integer({ min: 1, max: 4 }), length: fc.integer({ min: 1, max: 40 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .chain((stretches) =>
    fc
      .tuple(
        ...stretches.map(({ level, length }) =>
          fc.array(fc.double({ min: level, max: level + 1, noNaN: true }), {
            minLength: length,
            maxLength: length,
          }),
        ),
      )
      .map((parts) => parts.flat()),
  )

const indicesIn = (values: readonly number[]) => findChangePoints(values).map(({ index }) => index)

describe('change points', () => {
  test('of a step are the first value after it, with the means on both sides', () => {
    const values = [1, 1.1, 0.9, 1, 1.1, 0.9, 2, 2.1, 1.9, 2, 2.1, 1.9]
    const [point, ...others] = findChangePoints(values)
    expect(others).toEqual([])
    expect(point?.index).toBe(6)
    expect(point?.meanBefore).toBeCloseTo(1, 12)
    expect(point?.meanAfter).toBeCloseTo(2, 12)
    expect(point?.p).toBeLessThan(1e-6)
  })

  test('are found where a change was undone, in a long series too', () => {
    const wave = (k: number) => Math.sin(k * k)
    const values = Array.from({ length: 300 }, (_, k) => wave(k) + (k >= 150 && k < 165 ? 8 : 0))
    expect(indicesIn(values)).toEqual([150, 165])
  })

  test('are none in a series that is constant, short, or has one outlier', () => {
    expect(indicesIn(Array.from({ length: 100 }, () => 7))).toEqual([])
    expect(indicesIn([1, 1, 1, 9, 9])).toEqual([])
    expect(indicesIn([])).toEqual([])
    const wave = Array.from({ length: 60 }, (_, k) => Math.sin(k * k))
    expect(indicesIn(wave.with(30, 20))).toEqual([])
  })

  test('are each significant between its neighbours, and in order', () => {
    fc.assert(
      fc.property(series, (values) => {
        const points = findChangePoints(values)
        const bounds = [0, ...points.map(({ index }) => index), values.length]
        for (const [k, point] of points.entries()) {
          const before = values.slice(bounds[k], bounds[k + 1])
          const after = values.slice(bounds[k + 1], bounds[k + 2])
          expect(Math.min(before.length, after.length)).toBeGreaterThan(0)
          expect(point.p).toBe(tTest(before, after).p)
          expect(point.p).toBeLessThanOrEqual(GREATEST_P)
        }
      }),
    )
  })

  test('are the same in another unit, and on another level', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: -9, max: 9 }), fc.integer(), (values, power, shift) => {
        // Powers of two change no digit; what a shift rounds off is far below the noise.
        expect(indicesIn(values.map((value) => value * 2 ** power))).toEqual(indicesIn(values))
        const shifted = values.map((value) => value + (shift % 1_000))
        expect(indicesIn(shifted)).toEqual(indicesIn(values))
      }),
    )
  })

  test('of a series backwards are its own, backwards', () => {
    fc.assert(
      fc.property(series, (values) => {
        const mirrored = indicesIn(values.toReversed()).map((index) => values.length - index)
        expect(mirrored.toReversed()).toEqual(indicesIn(values))
      }),
    )
  })
})
