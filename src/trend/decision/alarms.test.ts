import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alarmsIn, MIN_RUNS, MIN_AFTER } from './alarms.ts'
import { simulatedRuns, type Noise } from '../simulation/simulated-runs.ts'

const noise: Noise = { relative: 0.05, autocorrelation: 0, tails: 'normal', shared: null }

function valuesOf(of: Noise, runs: number, step: number, seed: number, series = 0): number[] {
  const rows = simulatedRuns(runs, of, { at: 40, relative: step }, seed, series)
  return rows.map(({ p50Ms }) => p50Ms ?? NaN)
}

describe('a step', () => {
  test('is reported at its place, once it has lasted', () => {
    const values = valuesOf(noise, 80, 0.5, 1)
    const [alarm, ...others] = alarmsIn(values, 0)
    expect(others).toEqual([])
    expect(alarm?.index).toBe(40)
    expect(alarm?.confirmedBy).toBe(40 + MIN_AFTER - 1)
    expect(alarmsIn(values.slice(0, 40 + MIN_AFTER - 1), 0)).toEqual([])
  })

  test('a step that is undone counts as two', () => {
    const values = valuesOf(noise, 120, 0, 2).map((value, k) => (k >= 50 && k < 80 ? 2 : 1) * value)
    expect(alarmsIn(values, 0).map(({ index }) => index)).toEqual([50, 80])
  })

  test('is the same upside down and in another unit', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.constantFrom(0.1, 0.3), (seed, step) => {
        const values = valuesOf(noise, 90, step, seed)
        const alarms = alarmsIn(values, 0)
        expect(
          alarmsIn(
            values.map((value) => -value),
            0,
          ),
        ).toEqual(alarms)
        // Powers of two change no digit.
        expect(
          alarmsIn(
            values.map((value) => value * 1024),
            0,
          ),
        ).toEqual(alarms)
      }),
      { numRuns: 10 },
    )
  })

  test('is ignored below the minimum size', () => {
    const values = valuesOf({ ...noise, relative: 0.001 }, 80, 0.02, 1)
    expect(alarmsIn(values, 0.01)).toHaveLength(1)
    expect(alarmsIn(values, 0.05)).toEqual([])
  })

  test('is found between two constants, but not in one constant', () => {
    const values = Array.from({ length: 30 }, (_, k) => (k < 12 ? 0 : 1))
    expect(alarmsIn(values, 0)).toEqual([{ index: 12, confirmedBy: 19 }])
    expect(
      alarmsIn(
        values.map(() => 7),
        0,
      ),
    ).toEqual([])
    expect(
      alarmsIn(
        Array.from({ length: MIN_RUNS - 1 }, (_, k) => k),
        0,
      ),
    ).toEqual([])
  })
})

test('neither one nor seven outliers are a step', () => {
  const values = valuesOf(noise, 80, 0, 3)
  expect(alarmsIn(values, 0)).toEqual([])
  expect(alarmsIn(values.with(30, 1_000), 0)).toEqual([])
  expect(
    alarmsIn(
      values.map((value, k) => (k >= 50 && k < 57 ? 20 : value)),
      0,
    ),
  ).toEqual([])
})
