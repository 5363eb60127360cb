import { expect, onTestFinished, test } from 'vitest'
import { MemoryMessenger } from '../memory/memory-messenger.ts'
import { MemoryStore } from '../memory/memory-store.ts'
import { MulticastRegistry } from '../registry.ts'
import type { Quotas } from './quotas.ts'

/** A registry with quotas and two subscribers, and what they received. */
async function opened(quotas: Quotas) {
  const registry = new MulticastRegistry({
    store: new MemoryStore({ quotas }),
    messenger: new MemoryMessenger(),
  })
  onTestFinished(() => registry.close())
  const received: string[] = []
  let failures = 0
  await registry.subscribe(['a', 'b'], ({ identity }) => {
    received.push(identity)
    if (failures > 0) {
      failures -= 1
      throw new Error('not now')
    }
  })
  await registry.register('a', {})
  await registry.register('b', {})
  return { registry, received, failNext: (count: number) => (failures = count) }
}

test('a refused multicast reaches nobody', async () => {
  const { registry, received } = await opened({ recipientsPerMulticast: 1 })
  await expect(registry.multicast({}, 'x')).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  expect(received).toEqual([])
})

test('a multicast is charged once, however often it is resent', async () => {
  const { registry, received, failNext } = await opened({
    multicastsPerSecond: 0.001,
    multicastsBurst: 2,
    payloadBytesPerSecond: 0.001,
    payloadBytesBurst: 40,
  })
  failNext(2)
  const { deliveredCount } = await registry.multicast({}, '0123456789', {
    delivery: 'at-least-once',
  })
  expect(deliveredCount).toBe(2)
  expect(received.length).toBeGreaterThanOrEqual(2)
  await registry.multicast({}, '0123456789')
  await expect(registry.multicast({}, '')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
})

test('a multicast to nobody counts as one', async () => {
  const { registry } = await opened({ multicastsPerSecond: 0.001, multicastsBurst: 1 })
  await registry.unregister('a')
  await registry.unregister('b')
  await registry.multicast({}, 'x')
  await expect(registry.multicast({}, 'x')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
})

test('a multicast with options that are impossible costs nothing', async () => {
  const { registry } = await opened({ multicastsPerSecond: 0.001, multicastsBurst: 1 })
  await expect(
    registry.multicast({}, 'x', { delivery: 'at-least-once', receipts: false }),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await registry.multicast({}, 'x')
})
