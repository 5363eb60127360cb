import { constant, test } from '../../../vitest/load-test.ts'

test('long', async ({ load }) => {
  await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '1h',
    warmUp: '0s',
  })
})
