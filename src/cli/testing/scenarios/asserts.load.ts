import { constant, expect, test } from '../../../vitest/load-test.ts'

// An assertion of the scenario's own, which is no SLO.
test('asserts', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    // A busy machine may start few of so few in time; that is not what this is about.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
  expect(result.operations.size).toBe(2)
})
