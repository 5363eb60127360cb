import { filterFrom } from '../src/registry/filter/filter.ts'
import { test } from '../src/vitest/load-test.ts'
import { loadTestMetadata } from '../src/workloads/register.ts'

test('evaluate a filter 1,000 times', async ({ bench }) => {
  const metadata = Array.from({ length: 1_000 }, (_, n) => loadTestMetadata(n))
  const one = filterFrom({ status: 'online' })
  const three = filterFrom({ status: 'online', loadtest: true, 'worker_id.lt': 50 })
  await bench.compare(
    bench('one clause', () => {
      for (const candidate of metadata) one.matches(candidate)
    }),
    bench('three clauses', () => {
      for (const candidate of metadata) three.matches(candidate)
    }),
    { time: 500, warmupTime: 200 },
  )
})
