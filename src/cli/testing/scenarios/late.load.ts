import { constant, expect, test } from '../../../vitest/load-test.ts'

// Blocks its own thread until requests start too late for their bound.
test('late', async ({ load }) => {
  const result = await load({
    operations: {
      block: async ({ number }) => {
        const untilMs = performance.now() + (number === 10 ? 300 : 0)
        while (performance.now() < untilMs);
      },
    },
    arrivals: constant(100),
    duration: '1s',
    warmUp: '0s',
  })
  expect(result).toMeetSlo({ response: { p95: '100ms' } })
})
