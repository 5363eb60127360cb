import { describe, expect, test } from 'vitest'
import type { Axis, HeatMap, LineChart } from './chart.ts'
import { eventsIn, layOut, slotsOf } from './plot-layout.ts'

const CLOCK: Axis = { scale: 'clock', label: 'Elapsed', startMs: 0 }
const LOG: Axis = { scale: 'log', label: 'Response time', unit: 'ms' }
const LINEAR: Axis = { scale: 'linear', label: 'Requests', unit: 'number' }

function lines(values: readonly (number | null)[], other: Partial<LineChart> = {}): LineChart {
  return {
    id: 'chart',
    kind: 'lines',
    title: '',
    sentence: '',
    x: CLOCK,
    y: LOG,
    xs: values.map((_, k) => k),
    series: [{ label: '', tone: 'p50', shape: 'line', values }],
    bounds: [],
    marks: [],
    ...other,
  }
}

const HEAT: HeatMap = {
  ...lines([]),
  kind: 'heat-map',
  xs: [0, 1],
  edges: [0, 1, 2, 4],
  cells: [0, 1, 5],
}

describe('where a chart is drawn', () => {
  test('is nowhere without a figure', () => {
    expect(layOut(lines([]))).toBeNull()
    expect(layOut(lines([null, Number.NaN, Infinity, -1]))).toBeNull()
    expect(layOut(lines([1], { xs: [Number.NaN] }))).toBeNull()
    expect(layOut({ ...HEAT, cells: [] })).toBeNull()
  })

  test("is in the middle of a clock's seconds, which are as wide as they last", () => {
    expect(layOut(lines([1, 1], { xs: [0, 10] }))?.slots).toEqual([
      { index: 0, from: 0, centre: 5, to: 10 },
      { index: 1, from: 10, centre: 15, to: 20 },
    ])
  })

  test('is in the order of the x axis', () => {
    const layout = layOut(lines([1, 10, 100], { xs: [2, 0, 1] }))
    expect(layout?.slots.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(layout?.heights).toEqual([[1, 2, 0]])
  })

  test('of a logarithmic axis is between round values, where 0 is at the bottom', () => {
    const layout = layOut(lines([3, 0, 40, -2]))
    expect(layout?.y.min).toBeCloseTo(Math.log10(2))
    expect(layout?.y.max).toBeCloseTo(Math.log10(50))
    expect(layout?.heights[0]?.[1]).toBe(layout?.y.min)
    expect(layout?.heights[0]?.[3]).toBeNull()
  })

  test('starts at 0 on a linear axis, unless commits or rounds are all far from it', () => {
    expect(layOut(lines([90, 100], { y: LINEAR }))?.y.min).toBe(0)
    const rounds: Axis = { scale: 'names', label: 'Round', names: ['1', '2'] }
    expect(layOut(lines([90, 100], { x: rounds, y: LINEAR }))?.y.min).toBeGreaterThan(80)
    expect(layOut(lines([0, 100], { x: rounds, y: LINEAR }))?.y.min).toBe(0)
  })

  test('holds its bounds', () => {
    const layout = layOut(lines([1, 2], { bounds: [{ axis: 'y', at: 900, label: '' }] }))
    expect(layout?.y.max).toBe(3)
  })

  test('of a heat map spans the rows that count something', () => {
    const layout = layOut(HEAT)
    expect(layout?.y.min).toBeCloseTo(0)
    expect(layout?.y.max).toBeCloseTo(Math.log10(2))
  })
})

describe('what happened in a slot', () => {
  test('is every mark that overlaps it, however short', () => {
    const chart = lines([1, 1, 1, 1], {
      marks: [
        { from: 1.2, to: 1.25, kind: 'pause', label: 'paused' },
        { from: 1.5, to: 3, kind: 'failed', label: 'failed' },
        { from: 3, to: 3, kind: 'fault', label: 'killed' },
      ],
    })
    const slots = slotsOf(chart.x, chart.xs)
    expect(slots.map((slot) => eventsIn(chart, slot))).toEqual([
      [],
      ['paused', 'failed'],
      ['failed'],
      ['killed'],
    ])
  })

  test('between two commits is at the later one', () => {
    const x: Axis = { scale: 'names', label: 'Commit', names: ['a', 'b', 'c'] }
    const chart = lines([1, 1, 1], {
      x,
      marks: [{ from: 0.5, to: 0.5, kind: 'change', label: 'slower' }],
    })
    const slots = slotsOf(chart.x, chart.xs)
    expect(slots.map((slot) => eventsIn(chart, slot))).toEqual([[], ['slower'], []])
  })
})
