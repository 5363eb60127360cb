import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  counted,
  formatAmount,
  formatBytes,
  formatChange,
  formatCount,
  formatMs,
  formatPercent,
  formatPercentDown,
  formatRate,
  formatSeconds,
  formatValue,
} from './format.ts'

test.each([
  [0, '0 ms'],
  [0.0123, '12.3 µs'],
  [0.94, '940 µs'],
  [2.308, '2.31 ms'],
  [1_234, '1.23 s'],
])('%d ms reads %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})

test('a length of time reads in seconds', () => {
  expect(formatSeconds(12_345)).toBe('12.3 s')
  expect(formatSeconds(12_345, 0)).toBe('12 s')
})

test.each([
  [0, '0/s'],
  [0.456, '0.45/s'],
  [5.25, '5.25/s'],
  [100, '100/s'],
  [999.96, '999.9/s'],
  [12_345.6, '12,345.6/s'],
])('a rate of %d reads %s, rounded down', (perSecond, text) => {
  expect(formatRate(perSecond)).toBe(text)
})

test('no rate is too large to be shown', () => {
  expect(formatRate(1e308)).not.toContain('Infinity')
})

test.each([
  [0, '0 %'],
  [1e-7, '< 0.001 %'],
  [0.29, '29 %'],
  [0.955, '95.5 %'],
  [0.99999, '99.999 %'],
  [0.999999, '99.999 %'],
  [1, '100 %'],
])('a ratio of %d reads %s, rounded down', (ratio, text) => {
  expect(formatPercentDown(ratio)).toBe(text)
})

test('a ratio has the requested decimals, or three digits', () => {
  expect(formatPercent(0.125, 2)).toBe('12.50 %')
  expect(formatPercent(0.125)).toBe('12.5 %')
  expect(formatPercent(0.000_123_4)).toBe('0.0123 %')
})

test('a change has a sign', () => {
  expect(formatChange(0.031, (size) => formatPercent(size, 1))).toBe('+3.1 %')
  expect(formatChange(-0.031, (size) => formatPercent(size, 1))).toBe('−3.1 %')
})

test('a count keeps all of its digits, and its noun is in the plural unless it is one', () => {
  expect(formatCount(12_345_678)).toBe('12,345,678')
  expect(counted(1, 'run')).toBe('1 run')
  expect(counted(1_000, 'run')).toBe('1,000 runs')
  expect(counted(0, 'identity', 'identities')).toBe('0 identities')
})

test.each([
  [105_556, '106,000'],
  [0.012_34, '0.0123'],
  [Infinity, '–'],
])('an amount of %d reads %s', (amount, text) => {
  expect(formatAmount(amount)).toBe(text)
})

test.each([
  [999, '999 B'],
  [999_900, '1 MB'],
  [1_234_567, '1.23 MB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test.each([
  [12_345_678, 'bytes', '12,345,678 bytes'],
  [1_234.56, '', '1,234.6'],
  [3.14159, 'ms', '3.142 ms'],
  [0.0012, '', '0.0012'],
  [0, 'ms', '0 ms'],
  [-1e15, '', '-1000000000000000'],
  [1.23456e300, 'bytes', '1.235e+300 bytes'],
  [5e-324, '', '5e-324'],
])('%d %s reads %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text)
})

test('every number takes a few characters', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(formatValue(value).length).toBeLessThan(24)
    }),
  )
})
