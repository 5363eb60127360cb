import type { LoadRequest } from '../../../load/workload.ts'
import { constant, test } from '../../../vitest/load-test.ts'
import { UNTIMED } from './untimed.ts'

const common = { arrivals: constant(50), duration: '3s', warmUp: '0s', verdict: UNTIMED } as const

test('dies in second', async ({ load }) => {
  await load({ ...common, operations: { answer: () => Promise.resolve() } })
  const kill = async ({ number }: LoadRequest): Promise<void> => {
    if (number === 125) process.kill(process.pid, 'SIGKILL')
  }
  await load({ ...common, operations: { kill } })
})
