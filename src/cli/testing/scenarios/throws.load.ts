import { constant, test } from '../../../vitest/load-test.ts'

// A mistake of the scenario's own, after a load that is as it should be.
test('throws', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    // A busy machine may start few of so few in time; that is not what this is about.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
  throw new TypeError(`a mistake after ${result.durationMs} ms`)
})
