import { describe, expect, test } from 'vitest'
import { chartTable, csvOf } from './chart-table.ts'
import type { HeatMap, LineChart } from './chart.ts'

const LATENCY: LineChart = {
  id: 'latency',
  kind: 'lines',
  title: 'Response time',
  sentence: 'P95 was 4.2 ms.',
  x: { scale: 'clock', label: 'Elapsed', startMs: Date.UTC(2026, 0, 2, 3, 4, 5) },
  y: { scale: 'log', label: 'Response time', unit: 'ms' },
  xs: [0, 1, 90],
  series: [
    { label: 'P50', tone: 'p50', shape: 'line', values: [1.234_56, null, Number.NaN] },
    {
      label: 'P95',
      tone: 'p95',
      shape: 'line',
      values: [4.2, 5, 6],
      interval: { low: [4, null, 5], high: [4.5, null, 7] },
    },
  ],
  bounds: [],
  marks: [{ from: 1, to: 2, kind: 'failed', label: '3 failed' }],
}

const HEAT: HeatMap = {
  id: 'heat',
  kind: 'heat-map',
  title: 'Response times',
  sentence: '',
  x: LATENCY.x,
  y: LATENCY.y,
  xs: [0, 1],
  edges: [1, 2, 4],
  cells: [0, 0, 1_234, 1, 1, 1],
  bounds: [],
  marks: [],
}

/** What the table of a chart shows. */
function shown(chart: LineChart | HeatMap): readonly (readonly string[])[] {
  const { columns, rows } = chartTable(chart)
  return rows.map((row) => columns.map(({ format }, k) => format(row[k] ?? null)))
}

describe('the data of a chart', () => {
  test('are figures in their units, with what happened beside them', () => {
    expect(chartTable(LATENCY).columns.map(({ label }) => label)).toEqual([
      'Elapsed',
      'Time',
      'P50',
      'P95',
      'P95, low',
      'P95, high',
      'Events',
    ])
    expect(shown(LATENCY)).toEqual([
      ['0:00', '2026-01-02T03:04:05.000Z', '1.23 ms', '4.20 ms', '4.00 ms', '4.50 ms', '–'],
      ['0:01', '2026-01-02T03:04:06.000Z', '–', '5.00 ms', '–', '–', '3 failed'],
      ['1:30', '2026-01-02T03:05:35.000Z', '–', '6.00 ms', '5.00 ms', '7.00 ms', '–'],
    ])
  })

  test('of a heat map are its cells', () => {
    expect(shown(HEAT)).toEqual([
      ['0:00', '2026-01-02T03:04:05.000Z', '1.00 ms', '2.00 ms', '1,234'],
      ['0:01', '2026-01-02T03:04:06.000Z', '2.00 ms', '4.00 ms', '1'],
    ])
  })

  test('are a CSV file with all digits', () => {
    expect(csvOf(chartTable(LATENCY))).toBe(
      [
        '"Elapsed (s)","time","P50 (ms)","P95 (ms)","P95, low (ms)","P95, high (ms)","events"',
        '0,"2026-01-02T03:04:05.000Z",1.23456,4.2,4,4.5,',
        '1,"2026-01-02T03:04:06.000Z",,5,,,"3 failed"',
        '90,"2026-01-02T03:05:35.000Z",,6,5,7,',
        '',
      ].join('\n'),
    )
  })

  test('hold no formula in a CSV file, whatever a name is', () => {
    const names = ['=1+1', 'a "quoted", name\n', '@x']
    const chart: LineChart = {
      ...LATENCY,
      x: { scale: 'names', label: 'Round', names },
      xs: [0, 1, 2],
      series: [],
      marks: [],
    }
    expect(csvOf(chartTable(chart))).toBe('"Round"\n"\'=1+1"\n"a ""quoted"", name\n"\n"\'@x"\n')
  })
})
