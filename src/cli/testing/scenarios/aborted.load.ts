import { constant, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

test('aborted', async ({ load }) => {
  await load({
    operations: { refuse: () => Promise.reject(new Error('refused')) },
    arrivals: constant(100),
    duration: '1h',
    warmUp: '0s',
    verdict: UNTIMED,
    slo: { successRate: 0.9, every: '100ms', abortOnFail: { after: '300ms' } },
  })
})
