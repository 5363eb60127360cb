import { expect, test } from 'vitest'
import { formatMs, parseDurationMs } from './duration.ts'

test.each([
  ['250ms', 250],
  ['10s', 10_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['0s', 0],
  ['1m30s', 90_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text, 'it')).toBe(ms)
})

test.each(['', '10', 's', '-1s', '1e3s', '10 s', '10sec', 'NaNs', '1m30'])(
  '"%s" is refused, naming the figure it was meant for',
  (text) => {
    expect(() => parseDurationMs(text, 'BENCH_DURATION')).toThrow(/^BENCH_DURATION: .* 10s/)
  },
)

test.each([
  [0, '0 ms'],
  [0.0123, '12.3 µs'],
  [0.94, '940 µs'],
  [2.308, '2.31 ms'],
  [1_234, '1.23 s'],
])('%d ms reads %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})
