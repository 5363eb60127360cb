import { setTimeout as sleep } from 'node:timers/promises'
import { constant, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

// The test has passed before its load has ended.
test('forgotten', async ({ load }) => {
  void load({
    operations: { slow: () => sleep(20) },
    arrivals: constant(50),
    duration: '300ms',
    warmUp: '0s',
    verdict: UNTIMED,
    slo: { response: { p50: '5ms' } },
  })
})
