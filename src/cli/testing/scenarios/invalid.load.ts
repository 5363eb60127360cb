import { setTimeout as sleep } from 'node:timers/promises'
import { constant, expect, test } from '../../../vitest/load-test.ts'

test('invalid', async ({ load }) => {
  const result = await load({
    operations: { slow: () => sleep(300) },
    arrivals: constant(100),
    duration: '500ms',
    warmUp: '0s',
    maxInFlight: 1,
  })
  expect(result).toMeetSlo({ response: { p95: '10s' } })
})
