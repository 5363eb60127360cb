import { constant, expect, test } from '../../vitest/load-test.ts'

/** Keeps its own thread busy for 5 ms a request: above 200/s requests start late, each one as quick as before. */
test('overloaded', async ({ load }) => {
  const result = await load({
    operations: {
      compute: async () => {
        const untilMs = performance.now() + 5
        while (performance.now() < untilMs);
      },
    },
    arrivals: constant(100),
    duration: '500ms',
    warmUp: '0s',
  })
  expect(result).toMeetSlo({ response: { p95: '100ms' } })
})
