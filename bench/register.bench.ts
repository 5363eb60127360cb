import { test } from '../src/vitest/registry-test.ts'
import { loadTestIdentity, loadTestMetadata } from '../src/workloads/register.ts'

test('one at a time', async ({ bench, registry }) => {
  let n = 0
  await registry.register('alive', loadTestMetadata(0))
  await bench.compare(
    bench('register', async () => {
      n++
      await registry.register(loadTestIdentity(n), loadTestMetadata(n))
    }),
    bench('heartbeat', async () => {
      await registry.heartbeat('alive')
    }),
    { time: 500, warmupTime: 200 },
  )
})
