import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { positionOn, type Range } from './axis-position.ts'
import { ticksOn } from './axis-ticks.ts'
import type { Axis } from './chart.ts'

const CLOCK: Axis = { scale: 'clock', label: 'Elapsed time', startMs: 0 }
const NINES: Axis = { scale: 'nines', label: 'Percentile' }
const LINEAR: Axis = { scale: 'linear', label: 'Rate', unit: '1/s' }
const LOG: Axis = { scale: 'log', label: 'Response time', unit: 'ms' }
const NAMES: Axis = { scale: 'names', label: 'Round', names: ['1', '2', '3', '4', '5'] }

/** The labels in a range of values. */
function labels(axis: Axis, from: number, to: number, most: number): readonly string[] {
  const range: Range = { min: positionOn(axis, from) ?? 0, max: positionOn(axis, to) ?? 0 }
  return ticksOn(axis, range, most).map(({ label }) => label)
}

describe('ticks', () => {
  test('of a clock are parts of minutes and hours', () => {
    expect(labels(CLOCK, 0, 60, 5)).toEqual(['0:00', '0:15', '0:30', '0:45', '1:00'])
    expect(labels(CLOCK, 0, 3_600, 4)).toEqual(['0:00', '15:00', '30:00', '45:00', '1:00:00'])
    expect(labels(CLOCK, 0, 3, 10)).toEqual(['0:00', '0:01', '0:02', '0:03'])
  })

  test('of percentiles are at the nines', () => {
    expect(labels(NINES, 0, 99.99, 9)).toEqual(['0 %', '90 %', '99 %', '99.9 %', '99.99 %'])
    expect(labels(NINES, 0, 99.99, 16)).toContain('50 %')
    expect(labels(NINES, 0, 99.999999, 4)).toEqual(['0 %', '99.9 %', '99.9999 %'])
  })

  test('of a logarithmic axis are 1, 2, 5 times powers of ten, as many as fit', () => {
    expect(labels(LOG, 1, 100, 8)).toEqual([
      '1 ms',
      '2 ms',
      '5 ms',
      '10 ms',
      '20 ms',
      '50 ms',
      '100 ms',
    ])
    expect(labels(LOG, 0.1, 1_000, 5)).toEqual(['100 µs', '1 ms', '10 ms', '100 ms', '1 s'])
    expect(labels(LOG, 3, 4, 4)).toEqual(['3 ms', '3.5 ms', '4 ms'])
  })

  test('of a linear axis are round values in one unit', () => {
    expect(labels(LINEAR, 0, 1_000, 5)).toEqual([
      '0/s',
      '200/s',
      '400/s',
      '600/s',
      '800/s',
      '1,000/s',
    ])
    const times: Axis = { scale: 'linear', label: 'Response time', unit: 'ms' }
    expect(labels(times, 0, 2_000, 4)).toEqual(['0', '0.5 s', '1 s', '1.5 s', '2 s'])
  })

  test('of names are at their places', () => {
    expect(labels(NAMES, -0.5, 4.5, 5)).toEqual(['1', '2', '3', '4', '5'])
    expect(labels(NAMES, -0.5, 4.5, 2)).toEqual(['1', '4'])
  })

  test('are few, ascending and in the range, whatever the range is', () => {
    const end = fc.double({ noNaN: true, min: -1e9, max: 1e9 })
    const axes = fc.constantFrom(CLOCK, NINES, LINEAR, LOG, NAMES)
    fc.assert(
      fc.property(axes, end, end, fc.integer({ min: 1, max: 12 }), (axis, a, b, most) => {
        const scale = axis.scale === 'log' || axis.scale === 'nines' ? 1e-7 : 1
        const range = { min: Math.min(a, b) * scale, max: Math.max(a, b) * scale }
        const positions = ticksOn(axis, range, most).map(({ position }) => position)
        expect(positions).toEqual(positions.toSorted((x, y) => x - y))
        expect(new Set(positions).size).toBe(positions.length)
        expect(positions.length).toBeLessThanOrEqual(2 * most + 2)
        const slack = 1e-6 * Math.max(1, Math.abs(range.min), Math.abs(range.max))
        for (const position of positions) {
          expect(position).toBeGreaterThanOrEqual(range.min - slack)
          expect(position).toBeLessThanOrEqual(range.max + slack)
        }
      }),
      { numRuns: 200 },
    )
  })
})
