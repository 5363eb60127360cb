import { test } from '../../../vitest/load-test.ts'

test('broken benchmark', async () => {
  throw new Error('the benchmark failed')
})
