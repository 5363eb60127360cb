import { expect, test } from 'vitest'
import type { SloRow } from '../../../load/slo/slo-row.ts'
import { boundUsed, worstBoundFirst } from './bound-used.ts'

function row(overrides: Partial<SloRow>): SloRow {
  return {
    operation: 'read',
    metric: 'response P95',
    unit: 'ms',
    comparison: '<',
    bound: 20,
    measured: 10,
    punctual: null,
    outcome: 'met',
    isDefault: false,
    windows: null,
    ...overrides,
  }
}

test('a time uses up the part of its bound that it takes', () => {
  expect(boundUsed(row({ measured: 10 }))).toBe(0.5)
  expect(boundUsed(row({ measured: 30, outcome: 'missed' }))).toBe(1.5)
})

test('a success rate uses up the part of the permitted failures that happened', () => {
  const rate = { unit: 'ratio', comparison: '>', bound: 0.99 } as const
  expect(boundUsed(row({ ...rate, measured: 0.995 }))).toBeCloseTo(0.5)
  expect(boundUsed(row({ ...rate, measured: 1 }))).toBe(0)
  expect(boundUsed(row({ ...rate, bound: 1, measured: 1 }))).toBe(0)
  expect(boundUsed(row({ ...rate, bound: 1, measured: 0.9 }))).toBe(Number.POSITIVE_INFINITY)
})

test('a minimum is used up by what is missing to a multiple of it', () => {
  const least = { unit: '1/s', comparison: '>=', bound: 80 } as const
  expect(boundUsed(row({ ...least, measured: 100 }))).toBe(0.8)
  expect(boundUsed(row({ ...least, measured: 0 }))).toBe(Number.POSITIVE_INFINITY)
})

test('figures without a measurement, or below 0, have no ratio', () => {
  expect(boundUsed(row({ measured: null }))).toBeNull()
  expect(boundUsed(row({ unit: 'number', measured: -5 }))).toBeNull()
})

test('missed rows come first, then inconclusive ones, then met times, then met throughput', () => {
  const rows = [
    row({ metric: 'throughput', unit: '1/s', comparison: '<=', bound: 100, measured: 100 }),
    row({ metric: 'half', measured: 10 }),
    row({ metric: 'most', measured: 19 }),
    row({ metric: 'doubtful', outcome: 'inconclusive', measured: 25 }),
    row({ metric: 'slow', outcome: 'missed', measured: 60 }),
    row({ metric: 'silent', outcome: 'missed', measured: null }),
  ]
  expect(rows.toSorted(worstBoundFirst).map(({ metric }) => metric)).toEqual([
    'silent',
    'slow',
    'doubtful',
    'most',
    'half',
    'throughput',
  ])
})
