import { test } from '../src/vitest/registry-test.ts'
import { loadTestIdentity, registerMany } from '../src/workloads/register.ts'

for (const count of [10, 100, 1_000]) {
  test(`multicast to ${count} identities`, async ({ bench, registry, subscribers }) => {
    await subscribers.host(Array.from({ length: count }, (_, n) => loadTestIdentity(n)))
    await registerMany(registry, count, { gateway: subscribers.gateway })
    await bench(`to ${count}, receipts included`, async () => {
      await registry.multicast({}, 'micro-benchmark')
    }).run({ time: 500, warmupTime: 200 })
  })
}
