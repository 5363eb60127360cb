import { test } from '../../../vitest/load-test.ts'

test('a figure that needs something', ({ skip }) => skip('needs something that is not here'))
