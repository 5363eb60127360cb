import { constant, expect, test } from '../../../vitest/load-test.ts'

console.log('while it is imported')

// Console output, an error of several lines, and an assertion with a diff.
test('prints', async ({ load }) => {
  console.log('before\n  indented')
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    // A busy machine may start few requests in time, which is not tested here.
    verdict: { achieved: { degraded: 0, invalid: 0 } },
  })
  console.warn('\u001B[31mred')
  expect.soft({ operations: result.operations.size }).toEqual({ operations: 2 })
  throw new Error('wrong:\n  - this\n  - that')
})
