import { constant, test } from '../../../vitest/load-test.ts'

// An error of the scenario itself, after a good load.
test('throws', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    // A busy machine may start few requests in time, which is not tested here.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
  throw new TypeError(`a mistake after ${result.durationMs} ms`)
})
