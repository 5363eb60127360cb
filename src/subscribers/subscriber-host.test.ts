import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { MemoryBroker, MemoryMessenger } from '../registry/memory/memory-messenger.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { countedDeliveries } from '../load/totals.ts'
import { stampPayload } from './stamp.ts'
import { SubscriberHost } from './subscriber-host.ts'

function pauseFor(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

/** Receivers of one identity, and what hands them a measured message that was due at a time. */
async function started() {
  const messenger = new MemoryMessenger()
  const subscribe = vi.spyOn(messenger, 'subscribe')
  const subscribers = new SubscriberHost(messenger)
  await subscribers.host(['a'])
  const [[, handler] = expect.fail('nobody subscribed')] = subscribe.mock.calls
  const receive = (intendedAtMs: number): void => {
    const stamp = { loadId: subscribers.loadId, number: 0, intendedAtMs, isWarmUp: false }
    void handler({
      id: 'm',
      identity: 'a',
      index: 0,
      payload: stampPayload(stamp, Buffer.from('x')),
    })
  }
  const expectAt = (intendedAtMs: number): void =>
    subscribers.expect({
      number: 0,
      intendedAtMs,
      startedAtMs: intendedAtMs,
      recipients: 1,
      isSent: true,
    })
  return { subscribers, receive, expectAt }
}

test('a pause during which the measurement begins counts', async () => {
  const { subscribers, receive, expectAt } = await started()
  const dueMs = nowMs()
  pauseFor(1_200)
  await sleep(30)
  receive(dueMs)
  expectAt(dueMs)
  const deliveries = await subscribers.deliveries([])
  expect(countedDeliveries(deliveries)?.receivers?.pauses.maxMs).toBeGreaterThan(1_000)
  await subscribers.close()
})

test('a pause before the measurement does not count', async () => {
  const { subscribers, receive, expectAt } = await started()
  pauseFor(1_200)
  await sleep(30)
  const dueMs = nowMs()
  receive(dueMs)
  expectAt(dueMs)
  const deliveries = await subscribers.deliveries([])
  expect(countedDeliveries(deliveries)?.receivers?.pauses.maxMs).toBeLessThan(1_200)
  await subscribers.close()
})

test('messages that arrive during a pause at the end are read before they count as missing', async () => {
  const { subscribers, receive, expectAt } = await started()
  const dueMs = nowMs()
  expectAt(dueMs)
  const deliveries = subscribers.deliveries([])
  // Timers that are due come before what lies in the socket.
  setTimeout(() => setImmediate(() => receive(dueMs)), 15)
  pauseFor(800)
  expect(await deliveries).toMatchObject({ expected: 1, received: 1, missing: 0 })
  await subscribers.close()
})

test('counts only messages of its own load, not of others in the namespace', async () => {
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
      subscribers.expect({
        number,
        intendedAtMs,
        startedAtMs: intendedAtMs,
        recipients: 2,
        isSent: true,
      })
    }
  }
  const deliveries = await subscribers.deliveries([])
  expect(deliveries).toMatchObject({ expected: 4, received: 4, duplicates: 0, missing: 0 })
  const { receipt, completion } = countedDeliveries(deliveries) ?? expect.fail('not counted')
  expect([receipt.totalCount, completion.totalCount]).toEqual([4, 2])
  await subscribers.close()
  await registry.close()
})
