import { constant, test } from '../../../vitest/load-test.ts'

test('unbounded', async ({ load }) => {
  await load({
    operations: { refuse: () => Promise.reject(new Error('refused')) },
    arrivals: constant(100),
    duration: '200ms',
    warmUp: '0s',
  })
})
