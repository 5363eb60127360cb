import { describe, expect, test } from 'vitest'
import { readHeatMap, readLines, type Readout } from './chart-readout.ts'
import type { HeatMap, LineChart } from './chart.ts'
import type { Slot } from './plot-layout.ts'

const LATENCY: LineChart = {
  id: 'latency',
  kind: 'lines',
  title: '',
  sentence: '',
  x: { scale: 'clock', label: 'Elapsed', startMs: Date.UTC(2026, 0, 2, 14, 3, 0) },
  y: { scale: 'log', label: 'Response time', unit: 'ms' },
  xs: [0, 12],
  series: [
    { label: 'P50', tone: 'p50', shape: 'line', values: [1, 2] },
    {
      label: 'P95',
      tone: 'p95',
      shape: 'line',
      values: [null, 4],
      interval: { low: [null, 3], high: [null, 5] },
    },
  ],
  bounds: [],
  marks: [{ from: 12, to: 13, kind: 'failed', label: '3 failed' }],
}

const HEAT: HeatMap = {
  ...LATENCY,
  kind: 'heat-map',
  edges: [0.9, 4.1, 4.4],
  cells: [1, 1, 23],
  marks: [],
}

/** The slots of both charts. */
const FIRST: Slot = { index: 0, from: 0, centre: 6, to: 12 }
const LAST: Slot = { index: 1, from: 12, centre: 12.5, to: 13 }

function textOf({ position, figures, events }: Readout): string {
  const parts = figures.map(({ label, figure }) => `${label}: ${figure}`)
  return [position, ...parts, ...events].join(', ')
}

describe('a readout', () => {
  test('has the time, every figure in its unit, and what happened', () => {
    expect(textOf(readLines(LATENCY, LAST, null))).toBe(
      '0:12 (14:03:12 UTC), P50: 2.00 ms, P95: 4.00 ms (3.00 ms to 5.00 ms), 3 failed',
    )
  })

  test('of one series has its figure alone; where there is none, it says so', () => {
    expect(textOf(readLines(LATENCY, FIRST, 1))).toBe('0:00 (14:03:00 UTC), P95: –')
  })

  test('of a heat map has the stretches of both axes and the count', () => {
    expect(textOf(readHeatMap(HEAT, LAST, 1, 23))).toBe('12–13 s, 4.10–4.40 ms: 23 requests')
    expect(textOf(readHeatMap(HEAT, LAST, 0, 1))).toBe('12–13 s, 900 µs – 4.10 ms: 1 request')
  })
})
