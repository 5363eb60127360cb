import { expect, test } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { countedDeliveries } from '../load/totals.ts'
import { stampPayload } from './stamp.ts'
import { SubscriberHost } from './subscriber-host.ts'

test('receivers count what their own load sent them, and nothing that others send in the same namespace', async () => {
  const broker = new MemoryBroker()
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(broker),
  })
  const subscribers = new SubscriberHost(new MemoryMessenger(broker))
  const { loadId } = subscribers
  const otherLoad = (loadId + 1) % 2 ** 32
  await subscribers.host(['a', 'b'])
  expect([subscribers.hosts('a'), subscribers.hosts('c')]).toEqual([true, false])
  for (const identity of ['a', 'b']) {
    await registry.register(identity, {}, { gateway: subscribers.gateway })
  }
  for (const number of [0, 1, 2, 3, 4]) {
    const intendedAtMs = nowMs()
    const { deliveredCount } = await registry.multicast(
      {},
      stampPayload(
        { loadId: number % 3 === 1 ? loadId : otherLoad, number, intendedAtMs, isWarmUp: false },
        Buffer.from('x'),
      ),
    )
    expect(deliveredCount).toBe(2)
    if (number % 3 === 1) {
      subscribers.expect({ number, intendedAtMs, startedAtMs: intendedAtMs, recipients: 2 })
    }
  }
  const deliveries = await subscribers.deliveries([])
  expect(deliveries).toMatchObject({ expected: 4, received: 4, duplicates: 0, missing: 0 })
  const { receipt, completion } = countedDeliveries(deliveries) ?? expect.fail('not counted')
  expect([receipt.totalCount, completion.totalCount]).toEqual([4, 2])
  await subscribers.close()
  await registry.close()
})
