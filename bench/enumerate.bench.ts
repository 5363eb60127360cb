import { test } from '../src/vitest/registry-test.ts'
import { registerMany } from '../src/workloads/register.ts'

for (const count of [100, 1_000, 10_000]) {
  test(`enumerate ${count} identities`, async ({ bench, registry }) => {
    await registerMany(registry, count)
    await bench(`all ${count}`, async () => {
      await registry.enumerate({ status: 'online' })
    }).run({ time: 500, warmupTime: 200 })
  })
}
