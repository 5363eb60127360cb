import { describe, expect, test } from 'vitest'
import { constant } from '../load/arrivals/constant.ts'
import { generateLoad } from '../load/generator.ts'
import { countedDeliveries, countsOfAll } from '../load/totals.ts'
import type { Operation } from '../load/workload.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { SubscriberHost } from '../subscribers/subscriber-host.ts'
import { enumerate } from './enumerate.ts'
import { multicastByReceipts } from './multicast-by-receipts.ts'
import { multicast } from './multicast.ts'

/** A load of ten requests, each given up after 100 ms. */
async function load(operation: Operation) {
  const result = await generateLoad({
    arrivals: constant(100),
    durationMs: 100,
    timeoutMs: 100,
    operations: { operation },
  })
  expect(countsOfAll(result)).toMatchObject({ planned: 10, timedOut: 10 })
  expect(result.health.ranOn.atEnd).toBe(0)
  return countedDeliveries(result.operations.get('operation')?.deliveries ?? null)
}

/** A registry with two identities that confirm, and one that receives and never does. */
async function openWithOneStuck() {
  const broker = new MemoryBroker()
  const subscribers = new SubscriberHost(new MemoryMessenger(broker))
  await subscribers.host(['a', 'b'])
  const stuck = new MemoryMessenger(broker)
  let stuckReceived = 0
  await stuck.subscribe('stuck', () => {
    stuckReceived++
    return new Promise(() => {})
  })
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(broker),
  })
  for (const identity of ['a', 'b']) {
    await registry.register(identity, {}, { gateway: subscribers.gateway })
  }
  await registry.register('stuck', {}, { gateway: stuck.gateway })
  return { registry, subscribers, stuckReceived: () => stuckReceived }
}

describe('a multicast the load gives up', () => {
  test('counts for all its recipients, by the messages that arrived', async () => {
    const { registry, subscribers, stuckReceived } = await openWithOneStuck()
    const seen = await load(multicast(registry, subscribers))
    expect(stuckReceived()).toBe(10)
    expect(seen).toMatchObject({ expected: 30, received: 20, missing: 10, duplicates: 0 })
  })

  test('counts for all its recipients, by the receipts so far', async () => {
    const { registry } = await openWithOneStuck()
    const seen = await load(multicastByReceipts(registry))
    expect(seen).toMatchObject({ expected: 30, received: 20, missing: 10, incomplete: 10 })
  })
})

test('an enumerate the load gives up is aborted', async () => {
  class HangingStore extends MemoryStore {
    override view(): Promise<never> {
      return new Promise(() => {})
    }
  }
  const registry = new MulticastRegistry({
    store: new HangingStore(),
    messenger: new MemoryMessenger(),
  })
  await load(enumerate(registry))
})
