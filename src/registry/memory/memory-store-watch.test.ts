import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { request } from '../testing/store.contract.ts'
import { nextOf, watch } from '../testing/open-watch.ts'
import { MemoryStore } from './memory-store.ts'

describe('A watched memory store', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('sets one timer for the next expiry, and none without a watch', async () => {
    const store = new MemoryStore()
    await store.register(request('brief', { ttlMs: 1000 }))
    await store.register(request('eternal', { ttlMs: 0 }))
    expect(vi.getTimerCount()).toBe(0)
    const [one, other] = [watch(store), watch(store)]
    expect(vi.getTimerCount()).toBe(1)
    await one.return?.()
    expect(vi.getTimerCount()).toBe(1)
    await other.return?.()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('reports an expiry when it is due and not earlier', async () => {
    const store = new MemoryStore()
    await store.register(request('later', { ttlMs: 40 * 24 * 3_600_000 }))
    await store.register(request('brief', { ttlMs: 1000 }))
    const events = watch(store, { initial: false })
    expect((await nextOf(events)).type).toBe('current')
    let told: unknown
    void nextOf(events).then((event) => (told = event))
    await vi.advanceTimersByTimeAsync(999)
    expect(told).toBeUndefined()
    await vi.advanceTimersByTimeAsync(2)
    expect(told).toMatchObject({ type: 'left', identity: 'brief', reason: 'expired' })
    // Longer than a timer can be set for.
    const last = nextOf(events)
    await vi.advanceTimersByTimeAsync(40 * 24 * 3_600_000)
    expect(await last).toMatchObject({ type: 'left', identity: 'later', reason: 'expired' })
  })

  test('refuses a token of another store, and begins with a reset if the token is too old', async () => {
    const [store, other] = [new MemoryStore(), new MemoryStore()]
    const { token } = await nextOf(watch(store))
    expect(() => watch(other, { from: token })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
    for (let n = 0; n < 25_000; n += 1) await store.register(request('busy', { replace: true }))
    expect((await nextOf(watch(store, { from: token }))).type).toBe('reset')
  })
})
