import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatBeside, formatBound, type BoundUnit } from './format-bound.ts'

describe('a bound reads as it was written', () => {
  test.each<[number, BoundUnit, string]>([
    [10, 'ms', '10 ms'],
    [12.345, 'ms', '12.345 ms'],
    [0.5, 'ms', '500 µs'],
    [1_500, 'ms', '1.5 s'],
    [0, 'ms', '0 ms'],
    [0.29, 'ratio', '29 %'],
    [0.99999, 'ratio', '99.999 %'],
    [0.000_000_1, 'ratio', '0.00001 %'],
    [0.005, '1/s', '0.005/s'],
    [12_000, '1/s', '12,000/s'],
    [1e300, 'number', '1e+300'],
  ])('%d %s: %s', (bound, unit, text) => {
    expect(formatBound(bound, unit)).toBe(text)
  })
})

describe('a figure has the digits it takes to stay on its side of the bound', () => {
  test.each<[number, number, BoundUnit, string]>([
    [15, 20, 'ms', '15.0 ms'],
    [20, 20, 'ms', '20.0 ms'],
    [19.998, 20, 'ms', '19.998 ms'],
    [20.000_1, 20, 'ms', '20.0001 ms'],
    [999.96, 1_000, 'ms', '999.96 ms'],
    [0.990_000_4, 0.99, 'ratio', '99.00004 %'],
    [0.989_999, 0.99, 'ratio', '98.999 %'],
    [1_000.04, 1_000, '1/s', '1,000.04/s'],
    [3.000_04, 3, 'number', '3.00004'],
  ])('%d beside %d %s: %s', (figure, bound, unit, text) => {
    expect(formatBeside(figure, bound, unit)).toBe(text)
  })

  test('any figure beside any bound', () => {
    const size = fc
      .double({ min: 0.001, max: 1e6, noNaN: true })
      .map((n) => Number(n.toPrecision(6)))
    const apart = fc.constantFrom(0, 1e-9, -1e-9, 1e-4, -1e-4, 0.3)
    const unit = fc.constantFrom<BoundUnit>('ms', '1/s', 'ratio', 'number')
    const valueOf = (text: string): number => {
      const scale = { µs: 0.001, ms: 1, s: 1_000, '%': 0.01 }[text.split(' ')[1] ?? ''] ?? 1
      return Number(text.replaceAll(/[, /a-zµ%]/g, '')) * scale
    }
    fc.assert(
      fc.property(size, apart, unit, (bound, by, of) => {
        const figure = bound * (1 + by)
        const shown = valueOf(formatBeside(figure, bound, of)) - valueOf(formatBound(bound, of))
        if (figure !== bound) expect(Math.sign(shown)).toBe(Math.sign(figure - bound))
      }),
    )
  })
})
