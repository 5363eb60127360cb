import type { LoadRequest } from '../../../load/workload.ts'
import { constant, expect, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

/**
 * Holds its own thread up for a second once requests are due less than 6 ms apart: above 166/s, half
 * of a schedule of a second or more is started at once, on any machine. Every request succeeds.
 */
test('held up', async ({ load }) => {
  let lastMs = -Infinity
  let isHeldUp = false
  const result = await load({
    operations: {
      compute: async ({ intendedAtMs }: LoadRequest) => {
        const sinceMs = intendedAtMs - lastMs
        lastMs = intendedAtMs
        if (sinceMs >= 6 || isHeldUp) return
        isHeldUp = true
        const untilMs = performance.now() + 1_000
        while (performance.now() < untilMs);
      },
    },
    arrivals: constant(100),
    duration: '1s',
    warmUp: '0s',
    verdict: { ...UNTIMED, batchMs: { degraded: 500 } },
  })
  expect(result).toMeetSlo({ successRate: 0.9 })
})
