import { onTestFinished } from 'vitest'
import { EnvironmentError } from '../../../environment/environment-error.ts'
import { constant, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

// Its SLO is missed, and then its servers can't be restored.
test('unrestored', async ({ load }) => {
  onTestFinished(() => {
    throw new EnvironmentError("Can't restore all servers: redis-1 does not start.")
  })
  await load({
    operations: { refuse: () => Promise.reject(new Error('refused')) },
    arrivals: constant(100),
    duration: '300ms',
    warmUp: '0s',
    verdict: UNTIMED,
    slo: { successRate: 0.99 },
  })
})
