import { constant, test } from '../../../vitest/load-test.ts'

// With a key that TypeScript would find, if it were asked to.
test('mistyped', async ({ load }) => {
  const mistyped = {
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(50),
    duration: '500ms',
    warmup: '0s',
  } as const
  await load(mistyped)
})
