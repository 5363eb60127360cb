import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clockOffsetMs, type ClockReading } from './clock.ts'

/** Readings of two clocks, in a process that is paused before and after it reads the machine's. */
function readingsOf(
  offsetMs: number,
  pauses: readonly (readonly [firstMs: number, secondMs: number])[],
): [ClockReading, ...ClockReading[]] {
  let timeMs = 0
  const readings = pauses.map(([firstMs, secondMs]) => {
    const beforeMs = timeMs
    const machineMs = beforeMs + firstMs + offsetMs
    const afterMs = beforeMs + firstMs + secondMs
    timeMs = afterMs + 0.001
    return { beforeMs, machineMs, afterMs }
  })
  const [first, ...others] = readings
  return [first ?? expect.fail('no readings'), ...others]
}

const pause = fc.oneof(
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.double({ min: 0, max: 1_000, noNaN: true }),
)

test('the offset is off by at most half the narrowest bracket, wherever the process is paused', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.array(fc.tuple(pause, pause), { minLength: 1, maxLength: 20 }),
      (offsetMs, pauses) => {
        const narrowest = Math.min(...pauses.map(([first, second]) => first + second))
        const error = Math.abs(clockOffsetMs(readingsOf(offsetMs, pauses)) - offsetMs)
        // Doubles near 1e9 are 1e-7 apart.
        expect(error).toBeLessThanOrEqual(narrowest / 2 + 1e-6)
      },
    ),
  )
})

test.each([
  ['before the machine’s clock is read', [1.5, 0]],
  ['after it', [0, 1.5]],
] as const)('one pause of 1.5 ms %s makes no difference', (_, paused) => {
  const quick = [0.0001, 0.0001] as const
  for (const pauses of [
    [paused, quick, quick],
    [quick, paused, quick],
    [quick, quick, paused],
  ]) {
    expect(clockOffsetMs(readingsOf(5_000, pauses))).toBeCloseTo(5_000, 3)
  }
})
