import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { filterFrom } from '../filter/filter.ts'
import type { Metadata } from '../registration.ts'
import type { RegistrationRequest, RegistryStore } from '../store.ts'
import { inTime } from './in-time.ts'
import { storesOfATest, type StoreSource } from './stores-of-a-test.ts'
import { nextOf, watch } from './open-watch.ts'
import { Picture } from './picture.ts'
import type { WatchEvent, WatchStream } from '../watch/watch-event.ts'

/**
 * What a watch of every registry store must do.
 * @param open opens a store of the same namespace each time, which starts out empty.
 */
export function describeWatchContract(
  name: string,
  { isShared }: { readonly isShared: boolean },
  create: () => StoreSource,
): void {
  describe(`${name}, watched`, () => {
    const open = storesOfATest(create)
    let store: RegistryStore

    beforeEach(async () => {
      store = await open()
    })

    test('begins with all matches, then `current`, then changes', async () => {
      await store.register(registering('alice', { status: 'online' }))
      await store.register(registering('bob', { status: 'away' }))
      const events = watch(store, { filter: { status: 'online' } })
      expect(await take(events, 2)).toEqual(['joined alice', 'current'])
      await store.register(registering('carol', { status: 'online' }))
      expect(await take(events, 1)).toEqual(['joined carol'])
      await store.register(registering('bob', { status: 'online' }))
      expect(await take(events, 1)).toEqual(['joined bob'])
      await store.register(registering('alice', { status: 'online', n: 2 }))
      expect(await take(events, 1)).toEqual(['changed alice'])
      await store.register(registering('bob', { status: 'away' }))
      expect(await take(events, 1)).toEqual(['left bob: changed'])
      await store.unregister('carol')
      expect(await take(events, 1)).toEqual(['left carol: unregistered'])
    })

    test('shows the same registrations as select', async () => {
      const metadata = { status: 'online', deep: { list: [1, null] } }
      await store.register({ ...registering('alice', metadata), gateway: 'g' })
      const events = watch(store)
      const [alice] = await store.select(filterFrom({}))
      expect(await nextOf(events)).toMatchObject({ type: 'joined', registration: alice })
    })

    test('reports changes in order', async () => {
      await store.register(registering('first'))
      const events = watch(store, { initial: false })
      expect(await take(events, 1)).toEqual(['current'])
      for (let n = 0; n < 200; n += 1) await store.register(registering(`user-${n}`))
      const expected = Array.from({ length: 200 }, (_, n) => `joined user-${n}`)
      expect(await take(events, 200)).toEqual(expected)
    })

    test('with `initial: false` reports only later changes', async () => {
      await store.register(registering('alice'))
      const events = watch(store, { initial: false })
      expect(await take(events, 1)).toEqual(['current'])
      await store.register(registering('bob'))
      await store.unregister('alice')
      expect(await take(events, 2)).toEqual(['joined bob', 'left alice: unregistered'])
    })

    test('reports an expiry without a call', async () => {
      await store.register(registering('renewed'))
      const [events, briefMs] = await inTime(async (ttlMs) => {
        await store.register({ ...registering('brief'), ttlMs })
        const begun = watch(store)
        return (await take(begun, 1))[0] === 'joined brief' ? begun : null
      })
      expect(await take(events, 2)).toEqual(['joined renewed', 'current'])
      await store.heartbeat('renewed', briefMs + 100)
      expect(await take(events, 2)).toEqual(['left brief: expired', 'left renewed: expired'])
    })

    test('omits renewals unless requested', async () => {
      await store.register(registering('alice'))
      const [quiet, all] = [watch(store), watch(store, { renewals: true })]
      expect(await take(quiet, 2)).toEqual(['joined alice', 'current'])
      expect(await take(all, 2)).toEqual(['joined alice', 'current'])
      const { expiresAt } = await store.heartbeat('alice', 120_000)
      await store.unregister('alice')
      expect(await take(quiet, 1)).toEqual(['left alice: unregistered'])
      const seen = [await nextOf(all)]
      // Both at once are one event.
      if (seen[0]?.type === 'changed') {
        expect(seen[0]).toMatchObject({ registration: { identity: 'alice', expiresAt } })
        seen.push(await nextOf(all))
      }
      expect(seen.at(-1)).toMatchObject({ type: 'left' })
    })

    test('reports a move to another gateway', async () => {
      const { registeredAt } = await store.register(registering('alice'))
      const events = watch(store, { initial: false })
      expect(await take(events, 1)).toEqual(['current'])
      await store.moveTo({ identity: 'alice', registeredAt, gateway: null }, 'new')
      expect(await nextOf(events)).toMatchObject({
        type: 'changed',
        registration: { gateway: 'new' },
      })
    })

    test('reports that all left when the namespace is cleared', async () => {
      for (const identity of ['alice', 'bob']) await store.register(registering(identity))
      const events = watch(store)
      await take(events, 3)
      await store.clear()
      expect((await take(events, 2)).sort()).toEqual([
        'left alice: unregistered',
        'left bob: unregistered',
      ])
    })

    test('gives a slow consumer the latest state of each identity, and nothing for a short-lived one', async () => {
      const events = watch(store)
      expect(await take(events, 1)).toEqual(['current'])
      await store.register(registering('alice', { n: 0 }))
      await store.register(registering('bob', { n: 0 }))
      expect(await take(events, 2)).toEqual(['joined alice', 'joined bob'])
      for (let n = 1; n <= 20; n += 1) await store.register(registering('alice', { n }))
      await store.unregister('bob')
      await store.register(registering('bob', { n: 1 }))
      await store.register(registering('dave'))
      await store.unregister('dave')
      await store.register(registering('last'))
      // Everything is noted once a select has answered.
      await store.select(filterFrom({}))
      const told = [await nextOf(events), await nextOf(events), await nextOf(events)]
      expect(told).toMatchObject([
        { type: 'changed', registration: { identity: 'alice', metadata: { n: 20 } } },
        { type: 'changed', registration: { identity: 'bob', metadata: { n: 1 } } },
        { type: 'joined', registration: { identity: 'last' } },
      ])
    })

    test('agrees with select, whatever happens', async () => {
      for (let n = 0; n < 50; n += 1) await store.register(registering(`user-${n}`))
      const [picture, events] = [new Picture(), watch(store)]
      const following = follow(events, picture)
      for (let n = 0; n < 300; n += 1) {
        const identity = `user-${(n * 7) % 60}`
        if (n % 3 === 0) await store.unregister(identity)
        else await store.register({ ...registering(identity, { n }), ttlMs: n % 5 ? 60_000 : 5 })
      }
      await expect
        .poll(async () => {
          const selected = await store.select(filterFrom({}))
          return JSON.stringify(picture.registrations) === JSON.stringify(selected)
        })
        .toBe(true)
      await events.return?.()
      await following
      expect(picture.faults).toEqual([])
    })

    test('resumes after the event with the token, with all later changes', async () => {
      for (const identity of ['alice', 'bob', 'carol', 'dave', 'erin']) {
        await store.register(registering(identity, { status: 'online' }))
      }
      await store.register(registering('zoe', { status: 'away' }))
      await store.register({ ...registering('frank', { status: 'online' }), ttlMs: 1000 })
      const filter = { status: 'online' }
      const before = watch(store, { filter })
      const picture = new Picture({ isExact: false })
      let event: WatchEvent
      do picture.apply((event = await nextOf(before)))
      while (event.type !== 'current')
      await before.return?.()

      await store.unregister('bob')
      await store.register(registering('carol', { status: 'online', n: 2 }))
      await store.register(registering('dave', { status: 'away' }))
      await store.heartbeat('erin', 120_000)
      await store.heartbeat('zoe', 120_000)
      await store.register(registering('gina', { status: 'online' }))
      await delay(1050)
      // Expired identities are known even after later writes dropped them from the store's lists.
      for (let n = 0; n < 3; n += 1) await store.register(registering('noise', { n }))
      const resumer = isShared ? await open() : store
      const after = watch(resumer, { filter, from: event.token })
      const told = []
      do {
        picture.apply((event = await nextOf(after)))
        told.push(nameOf(event))
      } while (event.type !== 'current')
      expect(told).not.toContain('reset')
      expect(told.join()).not.toContain('zoe')
      expect(told).toContain('left frank: expired')
      expect(told).toContain('left bob: unregistered')
      expect(picture.registrations.map(({ identity }) => identity)).toEqual([
        'alice',
        'carol',
        'erin',
        'gina',
      ])
      expect(picture.held.get('carol')).toMatchObject({ metadata: { n: 2 } })
      await store.register(registering('bob', { status: 'online' }))
      expect(await take(after, 1)).toEqual(['joined bob'])
    })

    test('leads to the same result when resumed after any event', async () => {
      const events = watch(store, { initial: false })
      const [picture, marks] = [new Picture(), [] as [WatchEvent, Picture][]]
      const following = (async () => {
        for await (const event of events) {
          picture.apply(event)
          marks.push([event, new Picture({ isExact: false, held: picture.held })])
        }
      })()
      await expect.poll(() => picture.isCurrent).toBe(true)
      for (let n = 0; n < 60; n += 1) {
        const identity = `user-${(n * 7) % 10}`
        if (n % 3 === 0) await store.unregister(identity)
        else await store.register({ ...registering(identity, { n }), ttlMs: n % 5 ? 600_000 : 5 })
        if (n % 2 === 0) continue
        // However slow the events are; otherwise a few events could cover everything.
        await store.register({ ...registering('beat', { n }), ttlMs: 0 })
        await expect.poll(() => picture.held.get('beat')?.metadata['n'], { interval: 5 }).toBe(n)
      }
      await delay(20)
      await store.register(registering('last'))
      await expect.poll(() => picture.held.has('last')).toBe(true)
      await events.return?.()
      await following
      const selected = await store.select(filterFrom({}))
      expect(marks.length).toBeGreaterThan(20)
      for (const [{ token }, then] of marks) {
        const resumed = watch(store, { from: token })
        for (;;) {
          const event = await nextOf(resumed)
          then.apply(event)
          if (event.type === 'current') break
        }
        await resumed.return?.()
        expect(then.registrations).toEqual(selected)
      }
    })

    test('begins with a reset when resumed before the first `current`', async () => {
      for (const identity of ['alice', 'bob']) await store.register(registering(identity))
      const { token } = await nextOf(watch(store))
      const resumed = watch(store, { from: token })
      expect(await take(resumed, 4)).toEqual(['reset', 'joined alice', 'joined bob', 'current'])
    })

    test('refuses an invalid token and one of another filter', async () => {
      const { token } = await nextOf(watch(store, { filter: { a: 1, b: 2 } }))
      const refusal = { name: 'RegistryError', code: 'INVALID_ARGUMENT' }
      const forged = Buffer.from(JSON.stringify([1, 'x', '0'])).toString('base64url')
      const partsOf = (text: string): unknown[] =>
        JSON.parse(Buffer.from(text, 'base64url').toString())
      const tampered = Buffer.from(
        JSON.stringify([...partsOf(token).slice(0, 2), '+ x y']),
      ).toString('base64url')
      for (const from of [
        '',
        'nonsense',
        'e30',
        '%',
        forged,
        tampered,
        `${token}${token}`,
        'x'.repeat(5000),
      ]) {
        expect(() => watch(store, { filter: { a: 1, b: 2 }, from })).toThrow(
          expect.objectContaining(refusal),
        )
      }
      expect(() => watch(store, { filter: { a: 1 }, from: token })).toThrow(
        expect.objectContaining(refusal),
      )
      // The same filter in another notation.
      expect(await nextOf(watch(store, { filter: { b: 2, a: 1 }, from: token }))).toBeDefined()
    })

    test('ends without an error when its signal is aborted, even before it has begun', async () => {
      const ending = new AbortController()
      const { signal } = ending
      const events = watch(store, { signals: [signal] })
      expect(await take(events, 1)).toEqual(['current'])
      const waiting = events.next()
      ending.abort()
      expect(await waiting).toEqual({ done: true, value: undefined })
      expect(await events.next()).toEqual({ done: true, value: undefined })
      const never = watch(store, { signals: [signal] })
      expect(await never.next()).toEqual({ done: true, value: undefined })
    })

    test('ends when its loop exits', async () => {
      const events = watch(store)
      for await (const { type } of events) if (type === 'current') break
      expect(await events.next()).toEqual({ done: true, value: undefined })
      const waiting = watch(store, { initial: false })
      await take(waiting, 1)
      const next = waiting.next()
      await waiting.return?.()
      expect(await next).toEqual({ done: true, value: undefined })
    })

    test('answers concurrent calls of next in order', async () => {
      for (const identity of ['alice', 'bob']) await store.register(registering(identity))
      const events = watch(store)
      const results = await Promise.all([events.next(), events.next(), events.next()])
      const names = results.map(({ value }) => value && nameOf(value))
      expect(names).toEqual(['joined alice', 'joined bob', 'current'])
    })

    test('lets other work run while a consumer reads all matches', async () => {
      for (let lot = 0; lot < 10; lot += 1) {
        const identities = Array.from({ length: 200 }, (_, n) => `user-${lot * 200 + n}`)
        await Promise.all(identities.map((identity) => store.register(registering(identity))))
      }
      let turns = 0
      const turning = setInterval(() => (turns += 1), 1)
      let taken = 0
      for await (const { type } of watch(store)) {
        if (type === 'current') break
        taken += 1
        const until = performance.now() + 0.05
        while (performance.now() < until);
      }
      clearInterval(turning)
      expect(taken).toBe(2000)
      expect(turns).toBeGreaterThan(2)
    })

    test('ends when the store closes, which does not wait for consumers', async () => {
      const idle = watch(store)
      const waiting = watch(store, { initial: false })
      await take(waiting, 1)
      const next = waiting.next()
      const beginning = watch(store).next()
      await store.close()
      expect(await next).toEqual({ done: true, value: undefined })
      expect((await beginning).done ?? false).toEqual(expect.any(Boolean))
      expect(await idle.next()).toEqual({ done: true, value: undefined })
      expect(() => watch(store)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    })

    // Memory stores are separate.
    if (isShared) {
      test('reports changes by another store, including earlier ones', async () => {
        const other = await open()
        for (let n = 0; n < 20; n += 1) {
          await other.register(registering(`user-${n}`))
          const names = await take(watch(store), n + 2)
          expect(names.at(-1)).toBe('current')
        }
        const events = watch(store, { initial: false })
        await take(events, 1)
        await other.unregister('user-7')
        await other.heartbeat('user-3', 60_000)
        await other.register(registering('user-8', { n: 8 }))
        expect(await take(events, 2)).toEqual(['left user-7: unregistered', 'changed user-8'])
      })
    }
  })
}

/** Applies events until the watch ends. */
async function follow(events: WatchStream, picture: Picture): Promise<void> {
  for await (const event of events) picture.apply(event)
}

/** The next events, by name. */
async function take(events: WatchStream, count: number): Promise<string[]> {
  const names: string[] = []
  while (names.length < count) names.push(nameOf(await nextOf(events)))
  return names
}

function nameOf(event: WatchEvent): string {
  switch (event.type) {
    case 'joined':
    case 'changed':
      return `${event.type} ${event.registration.identity}`
    case 'left':
      return `left ${event.identity}: ${event.reason}`
    case 'current':
    case 'reset':
    case 'interrupted':
      return event.type
  }
}

/** For a minute, replacing any registration. */
function registering(identity: string, metadata: Metadata = {}): RegistrationRequest {
  const metadataJson = JSON.stringify(metadata)
  return { identity, metadataJson, ttlMs: 60_000, replace: true, gateway: null }
}
