import type { LoadRequest } from '../../../load/workload.ts'
import { constant, expect, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

/**
 * Refuses requests due less than 6 ms after the previous one: takes up to 166/s, on any machine,
 * because nothing it is judged by depends on when requests really start or end.
 */
test('limited', async ({ load }) => {
  let lastMs = -Infinity
  const result = await load({
    operations: {
      limited: async ({ intendedAtMs }: LoadRequest) => {
        const sinceMs = intendedAtMs - lastMs
        lastMs = intendedAtMs
        if (sinceMs < 6) throw new Error('too many')
      },
    },
    arrivals: constant(50),
    duration: '500ms',
    warmUp: '0s',
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({ successRate: 0.9, throughput: { max: 50 } })
})
