import { constant, expect, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

test('missed', async ({ load }) => {
  const result = await load({
    operations: { refuse: () => Promise.reject(new Error('refused')) },
    arrivals: constant(100),
    duration: '500ms',
    warmUp: '0s',
    verdict: UNTIMED,
  })
  expect(result).toMeetSlo({ successRate: 0.99 })
})
