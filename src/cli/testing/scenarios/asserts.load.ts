import { constant, expect, test } from '../../../vitest/load-test.ts'

// An assertion of the scenario that is not an SLO.
test('asserts', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    // A busy machine may start few requests in time, which is not tested here.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
  expect(result.operations.size).toBe(2)
})
