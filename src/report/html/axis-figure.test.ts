import { expect, test } from 'vitest'
import { elapsed } from './axis-figure.ts'

test.each([
  [12, '0:12'],
  [3_723, '1:02:03'],
  [0.5, '0:00.5'],
  [-1.25, '−0:01.25'],
  // Rounding carries over to the next second, and leaves no point behind.
  [59.9996, '1:00'],
  [0.0004, '0:00'],
])('%d s read %s on a clock', (seconds, shown) => {
  expect(elapsed(seconds)).toBe(shown)
})
