import { onTestFinished } from 'vitest'
import { constant, expect, test } from '../src/vitest/registry-test.ts'
import { registerWatched } from '../src/workloads/register-watched.ts'
import { startWatcher } from '../src/workloads/watcher.ts'

// 200 registrations/s, watched by another process. Completion is the time from a
// register's return until that watch reports the identity as joined.
test('watch: joined in another process', async ({ load, openTestbed, backends, shard }) => {
  const testbed = await openTestbed('watch')
  const watcher = await startWatcher(backends, testbed)
  onTestFinished(() => watcher.close())

  const result = await load({
    operations: { register: registerWatched(testbed.registry, watcher) },
    arrivals: constant(200),
    shard,
    duration: { short: '10s', long: '60s' },
  })

  expect(result).toMeetSlo({
    throughput: { min: 150, max: 200 },
    response: { p95: '10ms' },
    completion: { p99: '20ms' },
    delivery: { rate: 0.99 },
  })
})
