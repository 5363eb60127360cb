import { test } from '../../../vitest/load-test.ts'

test('inapplicable', ({ skip }) => skip('it takes a server that is not here'))
