import type { LoadRequest } from '../../../load/workload.ts'
import { constant, test, type Load } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

const common = {
  arrivals: constant(50),
  duration: '300ms',
  warmUp: '0s',
  verdict: UNTIMED,
} as const

/** A good load, and one whose bound only its own thread's pause can miss. */
test('doubtful second', async ({ load }) => {
  await load({ ...common, operations: { answer: () => Promise.resolve() } })
  const second: Load = {
    ...common,
    operations: {
      compute: async ({ number }: LoadRequest) => {
        const untilMs = performance.now() + (number === 5 ? 500 : 0)
        while (performance.now() < untilMs);
      },
    },
    slo: { response: { p95: '200ms' } },
  }
  await load(second)
})
