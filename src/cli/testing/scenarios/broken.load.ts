import { test } from '../../../vitest/load-test.ts'

test('broken', async () => {
  throw new Error('the preparation failed')
})
