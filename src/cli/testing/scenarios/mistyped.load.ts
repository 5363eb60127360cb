import { constant, test } from '../../../vitest/load-test.ts'

// With a wrong key, which only a type check would find.
test('mistyped', async ({ load }) => {
  const mistyped = {
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(50),
    duration: '500ms',
    warmup: '0s',
  } as const
  await load(mistyped)
})
