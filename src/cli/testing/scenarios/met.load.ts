import { constant, expect, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

test('met', async ({ load }) => {
  const result = await load({
    operations: { answer: () => Promise.resolve() },
    arrivals: constant(100),
    duration: '500ms',
    warmUp: '0s',
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({ successRate: 0.99 })
})
