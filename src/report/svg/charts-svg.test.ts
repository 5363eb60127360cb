import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryText } from '../../run-file/testing/arbitrary-run.ts'
import type { LineChart, Series } from '../html/chart.ts'
import { chartsSvg } from './charts-svg.ts'

function chartOf(overrides: Partial<LineChart> = {}): LineChart {
  return {
    kind: 'lines',
    id: 'a',
    title: 'register: response time',
    sentence: 'All is quick.',
    x: { scale: 'clock', label: 'time', startMs: 0 },
    y: { scale: 'log', label: 'response time', unit: 'ms' },
    xs: [0, 1, 2, 3],
    series: [line('P95', [1, 2, null, 4])],
    bounds: [],
    marks: [],
    ...overrides,
  }
}

function line(label: string, values: readonly (number | null)[]): Series {
  return { label, tone: 'p95', shape: 'line', values }
}

test('draws each series below those before it, and breaks a line where there is no figure', () => {
  const svg = chartsSvg([
    chartOf({ series: [line('P95', [1, 2, null, 4]), line('max', [1, 2, 3, 4])] }),
  ])
  const [wide, thin] = [
    ...svg.matchAll(/d="([^"]+)" stroke="currentColor" stroke-width="([\d.]+)"/g),
  ].slice(-2)
  expect(wide?.[1]?.match(/[ML]/g)).toEqual(['M', 'L', 'L', 'L'])
  expect(thin?.[1]?.match(/[ML]/g)).toEqual(['M', 'L', 'M'])
  expect(Number(wide?.[2])).toBeGreaterThan(Number(thin?.[2]))
})

test('a bound is a labelled line, at its height among the figures', () => {
  const bounds = [{ axis: 'y', at: 2, label: 'P95 < 2 ms' }] as const
  const svg = chartsSvg([chartOf({ bounds })])
  const second = /class="tone-p95" d="M[\d.]+ [\d.]+L[\d.]+ ([\d.]+)/.exec(svg)?.[1]
  expect(second).toBeDefined()
  expect(svg).toContain(`<path class="bound" d="M58 ${second}h524"`)
  expect(svg).toContain('>P95 &lt; 2 ms</text>')
})

test('a single figure is a dot, and none is said to be missing', () => {
  expect(chartsSvg([chartOf({ xs: [0], series: [line('P95', [3])] })])).toContain(
    '<circle class="tone-p95"',
  )
  expect(chartsSvg([chartOf({ series: [line('P95', [null])] })])).toContain('no figures')
  expect(chartsSvg([])).toContain('<svg')
})

test('is well-formed, whatever names and figures are', () => {
  const figure = fc.oneof(fc.constant(null), fc.double(), fc.integer({ min: -5, max: 5_000 }))
  const text = fc.oneof(arbitraryText, fc.constantFrom('</text><script>', '\uffff', '&amp;', ']]>'))
  fc.assert(
    fc.property(text, fc.array(figure, { maxLength: 4 }), fc.double(), (name, values, at) => {
      const svg = chartsSvg([
        chartOf({
          title: name,
          y: { scale: 'log', label: name, unit: 'ms' },
          series: (['line', 'steps', 'bars', 'dots'] as const).map((shape) => ({
            ...line(name, values),
            shape,
          })),
          bounds: [
            { axis: 'y', at, label: name },
            { axis: 'x', at, label: name },
          ],
          marks: [{ from: at, to: 2, kind: 'failed', label: name }],
        }),
      ])
      // oxlint-disable-next-line no-control-regex
      expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|NaN|Infinity/)
      expect(svg).not.toContain('<script')
      expect(svg.isWellFormed()).toBe(true)
      expect(svg.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&')
      expect(svg.match(/<text/g)).toHaveLength(svg.match(/<\/text>/g)?.length ?? 0)
    }),
    { numRuns: 50 },
  )
})
