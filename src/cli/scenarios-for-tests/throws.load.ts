import { constant, test } from '../../vitest/load-test.ts'

// A mistake of the scenario's own, after a load that is as it should be.
test('throws', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
  })
  throw new TypeError(`a mistake after ${result.durationMs} ms`)
})
