import { expect, test } from 'vitest'
import { MAX_DURATION_MS, MAX_TIMEOUT_MS, parseDurationMs } from './duration.ts'
import { MAX_TIME_US } from './recording/histogram.ts'

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
  'rejects "%s" and names the setting',
  (text) => {
    expect(() => parseDurationMs(text, 'BENCH_DURATION')).toThrow(/^BENCH_DURATION: .* 10s/)
  },
)

test.each(['48h1ms', '9999h', '99999999999999h', `${'9'.repeat(400)}s`])(
  'rejects "%s" and gives the maximum',
  (text) => {
    expect(() => parseDurationMs(text, '--duration')).toThrow(/^--duration: .*too long.* 48h\.$/)
    expect(() => parseDurationMs(text, '--timeout', MAX_TIMEOUT_MS)).toThrow(/ 35m\.$/)
  },
)

test('accepts the longest and the shortest duration, and rejects those beyond', () => {
  expect(parseDurationMs('48h', 'it')).toBe(MAX_DURATION_MS)
  expect(parseDurationMs('35m', 'it', MAX_TIMEOUT_MS)).toBe(MAX_TIMEOUT_MS)
  expect(parseDurationMs('0.001ms', 'it')).toBe(0.001)
  expect(() => parseDurationMs('0.0001ms', 'it')).toThrow(/too short/)
})

test('a timer can hold a whole load, and a histogram the longest timeout', () => {
  expect(2 * MAX_DURATION_MS + 2 * MAX_TIMEOUT_MS).toBeLessThan(2 ** 31)
  expect(MAX_TIMEOUT_MS * 1_000).toBeLessThanOrEqual(MAX_TIME_US)
})
