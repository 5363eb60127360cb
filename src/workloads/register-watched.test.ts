import { expect, inject, onTestFinished, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { StartedRequest } from '../load/dispatch/started-request.ts'
import type { LoadRequest } from '../load/workload.ts'
import { MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { openTestbed } from './testbed.ts'
import type { JoinReport } from './join-log.ts'
import { loadTestIdentity } from './register.ts'
import { registerWatched } from './register-watched.ts'
import { startWatcher, type Watcher } from './watcher.ts'

const backends = inject('backends')

test('times `joined` events from the return of each register, without the warm-up', async () => {
  const testbed = await openTestbed(backends, 'watched')
  onTestFinished(() => testbed.close())
  const watcher = await startWatcher(backends, testbed)
  onTestFinished(() => watcher.close())
  const { run, deliveries } = registerWatched(testbed.registry, watcher)
  await run(request(0, true))
  for (let n = 1; n <= 20; n += 1) await run(request(n))
  const counted = await deliveries?.([])
  expect(counted).toMatchObject({ kind: 'counted', expected: 20, received: 20, missing: 0 })
  if (counted?.kind !== 'counted') return
  expect(counted.completion.totalCount).toBe(20)
  expect(counted.receivers).not.toBeNull()
})

test('counts registrations without a `joined` event as missing, at the time waited', async () => {
  const { run, deliveries } = registerWatched(newRegistry(), telling([]))
  await run(request(1))
  const counted = await deliveries?.([])
  expect(counted).toMatchObject({ kind: 'counted', expected: 1, missing: 1 })
  if (counted?.kind !== 'counted') return
  expect(counted.completion.maxValue).toBeGreaterThan(1_000_000)
})

test('counts a `joined` event before the return of its register as 0', async () => {
  const early = nowMs() - 1_000
  const joins = [[loadTestIdentity(1), early]] as const
  const { run, deliveries } = registerWatched(newRegistry(), telling(joins))
  await run(request(1))
  const counted = await deliveries?.([])
  expect(counted).toMatchObject({ kind: 'counted', received: 1, completion: { maxValue: 0 } })
})

test('expects a `joined` event for a failed registration as well', async () => {
  const registry = newRegistry()
  const { run, deliveries } = registerWatched(registry, telling([]))
  await registry.close()
  await expect(run(request(1))).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await deliveries?.([])).toMatchObject({ expected: 1, missing: 1 })
})

test('reports unknown deliveries if the watcher process is lost', async () => {
  const lost: Watcher = {
    ...telling([]),
    report: () => Promise.reject(new Error('it has ended')),
  }
  const { run, deliveries } = registerWatched(newRegistry(), lost)
  await run(request(1))
  expect(await deliveries?.([])).toEqual({ kind: 'unknown', reason: 'it has ended' })
})

function newRegistry(): MulticastRegistry {
  return new MulticastRegistry({ store: new MemoryStore(), messenger: new MemoryMessenger() })
}

function telling(joins: JoinReport['joins']): Watcher {
  const eventLoopDelay = { p50Ms: 0, p99Ms: 0, maxMs: 0 }
  const health = { eventLoopDelay, pauses: { count: 0, totalMs: 0, maxMs: 0 } }
  return { reset: () => {}, report: async () => ({ joins, health, pauses: [] }), close: () => {} }
}

function request(number: number, isWarmUp = false): LoadRequest {
  return new StartedRequest({ number, isWarmUp, intendedAtMs: nowMs(), startedAtMs: nowMs() })
}
