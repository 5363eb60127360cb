import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { MemoryMessenger } from './memory/memory-messenger.ts'
import { MemoryStore } from './memory/memory-store.ts'
import type { MulticastResult } from './multicast.ts'
import { MulticastRegistry } from './registry.ts'

/** A store whose reads never end, like those of a hanging server. */
class HangingStore extends MemoryStore {
  readonly begun = Promise.withResolvers<void>()

  override view(): Promise<never> {
    return this.#hang()
  }

  override selectTargets(): Promise<never> {
    return this.#hang()
  }

  #hang(): Promise<never> {
    this.begun.resolve()
    return new Promise(() => {})
  }
}

describe.each([
  [
    'enumerate',
    (registry: MulticastRegistry, signal: AbortSignal) => registry.enumerate({}, { signal }),
  ],
  [
    'multicast',
    (registry: MulticastRegistry, signal: AbortSignal) => registry.multicast({}, 'x', { signal }),
  ],
] as const)('%s with a signal', (_, call) => {
  test('rejects with its reason at once, without asking a server, if already aborted', async () => {
    const store = new MemoryStore()
    const messenger = new MemoryMessenger()
    const asked = [
      vi.spyOn(store, 'view'),
      vi.spyOn(store, 'selectTargets'),
      vi.spyOn(messenger, 'send'),
    ]
    const registry = new MulticastRegistry({ store, messenger })
    const reason = new Error('given up')
    await expect(call(registry, AbortSignal.abort(reason))).rejects.toBe(reason)
    for (const spy of asked) expect(spy).not.toHaveBeenCalled()
    await registry.close()
  })

  test('rejects with its reason while a store does not answer, and can then be closed', async () => {
    const store = new HangingStore()
    const registry = new MulticastRegistry({ store, messenger: new MemoryMessenger() })
    const controller = new AbortController()
    const reason = { any: 'value' }
    const calling = call(registry, controller.signal)
    await store.begun.promise
    controller.abort(reason)
    await expect(calling).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await registry.close()
  })

  test('leaves no listener on a signal that is never aborted', async () => {
    const registry = new MulticastRegistry({
      store: new MemoryStore(),
      messenger: new MemoryMessenger(),
    })
    await registry.subscribe('a', () => {})
    await registry.register('a', {})
    const { signal } = new AbortController()
    await call(registry, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await registry.close()
  })
})

test('a cancelled enumerate stops sorting', async () => {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
  })
  const count = 20_000
  for (let n = 0; n < count; n++) await registry.register(`${n}`, { at: (n * 7_919) % count })
  let asked = 0
  const controller = new AbortController()
  const listing = registry.enumerate({}, { sortBy: 'metadata.at', signal: controller.signal })
  // The next turn of the event loop is the first to which sorting yields.
  setImmediate(() => {
    asked++
    controller.abort(new Error('given up'))
  })
  await expect(listing).rejects.toThrow('given up')
  expect(asked).toBe(1)
  await registry.close()
})

test('a cancelled multicast reports the outcome so far', async () => {
  const registry = new MulticastRegistry({
    store: new MemoryStore(),
    messenger: new MemoryMessenger(),
  })
  const begun = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  await registry.subscribe('slow', () => {
    begun.resolve()
    return release.promise
  })
  await registry.subscribe('quick', () => {})
  for (const identity of ['quick', 'slow', 'nobody']) await registry.register(identity, {})
  const controller = new AbortController()
  const told: MulticastResult[] = []
  const sending = registry.multicast({}, 'x', {
    messageId: 'm1',
    signal: controller.signal,
    onAborted: (result) => void told.push(result),
  })
  await begun.promise
  await new Promise(setImmediate)
  controller.abort(new Error('given up'))
  await expect(sending).rejects.toThrow('given up')
  release.resolve()
  await new Promise(setImmediate)
  expect(told).toMatchObject([
    { messageId: 'm1', targetCount: 3, deliveredCount: 1, failedCount: 1, timeoutCount: 1 },
  ])
  await registry.close()
})
