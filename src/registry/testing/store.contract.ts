import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import type { RegistryErrorCode } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { filterFrom } from '../filter/filter.ts'
import { inTime } from './in-time.ts'
import { storesOfATest, type StoreSource } from './stores-of-a-test.ts'
import type { Metadata, Registration } from '../registration.ts'
import type { RegistrationRequest, RegistryStore } from '../store.ts'
import { describeWatchContract } from './watch.contract.ts'

/**
 * What every registry store must do.
 * @param traits `isShared`: whether two stores of one namespace share their registrations. `isWatched`: whether to check watches too; default `true`.
 * @param create gives a new, empty namespace for each test.
 */
export function describeStoreContract(
  name: string,
  { isShared, isWatched = true }: { readonly isShared: boolean; readonly isWatched?: boolean },
  create: () => StoreSource,
): void {
  if (isWatched) describeWatchContract(name, { isShared }, create)

  describe(name, () => {
    const open = storesOfATest(create)
    let store: RegistryStore

    beforeEach(async () => {
      store = await open()
    })

    test('returns registrations with times and gateway', async () => {
      const metadata = { status: 'online', deep: { list: [1, 'zwei', null], ключ: true } }
      const times = await store.register(
        request('alice', { metadata, ttlMs: 60_000, gateway: 'gateway-1' }),
      )
      expect(times.expiresAt).toBe(times.registeredAt + 60_000)
      // Unix ms, by a clock that need not agree with this machine's.
      expect(times.registeredAt).toBeGreaterThan(Date.UTC(2020))
      expect(await store.select(everything)).toEqual([
        { identity: 'alice', metadata, gateway: 'gateway-1', ...times },
      ])
    })

    test('keeps identities that look like properties or patterns, or use other alphabets', async () => {
      const identities = ['__proto__', 'constructor', 'a[b]?', 'x:y', 'ü', '日本', '🙂.1']
      for (const identity of identities) await store.register(request(identity))
      expect(await identitiesOf(store)).toEqual([...identities].sort())
    })

    test('refuses a live identity unless told to replace it', async () => {
      await store.register(request('alice', { metadata: { version: 1 }, gateway: 'g' }))
      await expect(store.register(request('alice'))).rejects.toMatchObject({
        name: 'RegistryError',
        code: 'ALREADY_EXISTS',
        message: expect.stringContaining('alice'),
      })
      await store.register(request('alice', { metadata: { version: 2 }, replace: true }))
      expect(await store.select(everything)).toMatchObject([
        { identity: 'alice', metadata: { version: 2 }, gateway: null },
      ])
    })

    test('accepts one of many simultaneous registrations of an identity', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          store.register(request('contested', { metadata: { n } })),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await store.select(everything)).toHaveLength(1)
    })

    test('omits expired registrations and lets them be registered again', async () => {
      await store.register(request('brief', { ttlMs: 30 }))
      await store.register(request('lasting', { ttlMs: 60_000 }))
      await delay(40)
      expect(await identitiesOf(store)).toEqual(['lasting'])
      await expect(store.heartbeat('brief', 1000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await store.unregister('brief')).toBe(false)
      await store.register(request('brief', { ttlMs: 60_000 }))
      expect(await identitiesOf(store)).toEqual(['brief', 'lasting'])
    })

    test('never expires a registration with a TTL of 0', async () => {
      const { expiresAt } = await store.register(request('eternal', { ttlMs: 0 }))
      expect(expiresAt).toBeNull()
      expect(await store.select(everything)).toMatchObject([{ expiresAt: null }])
    })

    test('replaces the old expiry when it replaces a registration', async () => {
      await store.register(request('a', { ttlMs: 30 }))
      await store.register(request('b', { ttlMs: 0 }))
      await store.register(request('a', { ttlMs: 0, replace: true }))
      await store.register(request('b', { ttlMs: 30, replace: true }))
      await delay(40)
      expect(await identitiesOf(store)).toEqual(['a'])
    })

    test('renews only the TTL with a heartbeat', async () => {
      const [renewed, firstTtlMs] = await inTime(async (ttlMs) => {
        const given = { metadata: { a: 1 }, ttlMs, gateway: 'g', replace: true }
        const before = await store.register(request('alice', given))
        const after = await store.heartbeat('alice', 600_000).catch(nullIf('NOT_FOUND'))
        expect(after?.registeredAt ?? before.registeredAt).toBe(before.registeredAt)
        return after
      })
      await delay(firstTtlMs + 50)
      expect(await store.select(everything)).toEqual([
        { identity: 'alice', metadata: { a: 1 }, gateway: 'g', ...renewed },
      ])
      expect(await store.heartbeat('alice', 0)).toMatchObject({ expiresAt: null })
      await store.heartbeat('alice', 20)
      await delay(30)
      expect(await store.select(everything)).toEqual([])
    })

    test('refuses a heartbeat of an identity that is not registered', async () => {
      await expect(store.heartbeat('nobody', 1000)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('nobody'),
      })
    })

    test('changes only the gateway when it moves a registration', async () => {
      const metadata = { status: 'online', n: 1 }
      const times = await store.register(
        request('alice', { metadata, ttlMs: 60_000, gateway: 'old' }),
      )
      const seen = { identity: 'alice', registeredAt: times.registeredAt, gateway: 'old' }
      expect(await store.moveTo(seen, 'new')).toBe(true)
      const moved = [{ identity: 'alice', metadata, gateway: 'new', ...times }]
      expect(await store.select(everything)).toEqual(moved)
      expect(await store.select(filterFrom({ status: 'online' }))).toEqual(moved)
      // The second time it is already there, as after a lost reply.
      expect(await store.moveTo(seen, 'new')).toBe(true)
      expect(await store.select(everything)).toEqual(moved)
    })

    test('gives a gateway to a registration without one, and keeps it', async () => {
      const { registeredAt } = await store.register(request('eternal', { ttlMs: 0 }))
      expect(await store.moveTo({ identity: 'eternal', registeredAt, gateway: null }, 'new')).toBe(
        true,
      )
      expect(await store.select(everything)).toMatchObject([{ gateway: 'new', expiresAt: null }])
    })

    test('keeps the expiry of a moved registration, which can be renewed', async () => {
      for (const [identity, ttlMs] of [
        ['brief', 300],
        ['renewed', 60_000],
      ] as const) {
        const { registeredAt } = await store.register(request(identity, { ttlMs }))
        await store.moveTo({ identity, registeredAt, gateway: null }, 'new')
      }
      const renewed = await store.heartbeat('renewed', 90_000)
      await delay(310)
      expect(await store.select(everything)).toMatchObject([
        { identity: 'renewed', gateway: 'new', ...renewed },
      ])
    })

    test('does not move a registration that has expired, left, been replaced or moved elsewhere', async () => {
      const seen = async (identity: string, ttlMs?: number) => {
        const { registeredAt } = await store.register(
          request(identity, { gateway: 'old', ...(ttlMs === undefined ? {} : { ttlMs }) }),
        )
        return { identity, registeredAt, gateway: 'old' }
      }
      const [expired, left] = [await seen('expired', 10), await seen('left')]
      const [anew, elsewhere] = [await seen('anew'), await seen('elsewhere')]
      await delay(20)
      await store.unregister('left')
      await store.register(request('anew', { replace: true, gateway: 'old', metadata: { n: 2 } }))
      await store.moveTo(elsewhere, 'third')
      const before = await store.select(everything)
      for (const stale of [expired, left, anew, elsewhere]) {
        expect(await store.moveTo(stale, 'new')).toBe(false)
      }
      const never = { identity: 'never', registeredAt: 1, gateway: null }
      expect(await store.moveTo(never, 'new')).toBe(false)
      expect(await store.select(everything)).toEqual(before)
      expect(before).toMatchObject([{ gateway: 'old' }, { gateway: 'third' }])
    })

    test('looks up the live registrations of identities in their current state', async () => {
      expect(await store.lookUp(['alice'])).toEqual([])
      const metadata = { status: 'online' }
      const { registeredAt } = await store.register(
        request('alice', { metadata, ttlMs: 0, gateway: 'old' }),
      )
      await store.register(request('bob'))
      await store.register(request('brief', { ttlMs: 20 }))
      await store.register(request('left'))
      await store.unregister('left')
      await store.moveTo({ identity: 'alice', registeredAt, gateway: 'old' }, 'new')
      await delay(30)
      const found = await store.lookUp(['brief', 'alice', 'never', '', 'left', '__proto__'])
      expect(found).toEqual([
        { identity: 'alice', metadata, gateway: 'new', registeredAt, expiresAt: null },
      ])
      expect(await store.lookUp([])).toEqual([])
    })

    test('looks up thousands of identities', async () => {
      const identities = Array.from({ length: 2_500 }, (_, n) => `user-${n}`)
      await Promise.all(
        identities.slice(1_000).map((identity) => store.register(request(identity))),
      )
      const found = await store.lookUp(identities)
      expect(found.map(({ identity }) => identity).sort()).toEqual(identities.slice(1_000).sort())
    })

    test('unregisters once and reports whether the identity was registered', async () => {
      await store.register(request('alice'))
      expect(await store.unregister('alice')).toBe(true)
      expect(await store.unregister('alice')).toBe(false)
      expect(await store.select(everything)).toEqual([])
    })

    test('selects by equality, by predicate and by both, even after changes', async () => {
      for (let n = 0; n < 40; n += 1) {
        const status = n % 2 === 0 ? 'online' : 'away'
        await store.register(request(`user-${n}`, { metadata: { status, n } }))
      }
      const online = filterFrom({ status: 'online' })
      const onlineAndLow = filterFrom({ status: 'online', 'n.lt': 10 })
      expect(await store.select(online)).toHaveLength(20)
      expect(await identitiesOf(store, onlineAndLow)).toEqual(
        [0, 2, 4, 6, 8].map((n) => `user-${n}`),
      )
      await store.register(request('user-2', { metadata: { status: 'away', n: 2 }, replace: true }))
      await store.register(
        request('user-3', { metadata: { status: 'online', n: 3 }, replace: true }),
      )
      await store.unregister('user-8')
      await store.heartbeat('user-4', 60_000)
      expect(await identitiesOf(store, onlineAndLow)).toEqual([0, 3, 4, 6].map((n) => `user-${n}`))
      expect(await store.select(filterFrom({ status: 'offline' }))).toEqual([])
      expect(await store.select(filterFrom({ n: '3' }))).toEqual([])
    })

    test('orders results by UTF-16 code units of the identity', async () => {
      const identities = ['b', 'a', 'B', 'a.1', 'a-1', 'ä', '😀', '\uff5e', 'user-10', 'user-9']
      for (const identity of identities) await store.register(request(identity))
      expect(await identitiesOf(store)).toEqual([...identities].sort())
    })

    test('returns registrations that callers cannot change', async () => {
      await store.register(request('alice', { metadata: { tags: ['a'], deep: { n: 1 } } }))
      const [alice] = await store.select(everything)
      expect(isDeeplyFrozen(alice)).toBe(true)
    })

    test('holds at most maxIdentities live registrations, however many are made at once', async () => {
      const limited = await open({ maxIdentities: 5 })
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, (_, n) => limited.register(request(`user-${n}`))),
      )
      const refused = outcomes.filter(({ status }) => status === 'rejected')
      expect(refused).toHaveLength(7)
      for (const outcome of refused) {
        expect(outcome).toMatchObject({ reason: { code: 'QUOTA_EXCEEDED' } })
      }
      const [first] = await limited.select(everything)
      await limited.register(request(first?.identity ?? '', { replace: true, ttlMs: 30 }))
      await delay(40)
      await limited.register(request('in-the-place-of-an-expired-one'))
      await expect(limited.register(request('one-more'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
      await limited.unregister('in-the-place-of-an-expired-one')
      await limited.register(request('one-more'))
    })

    test('holds none with a maxIdentities of 0', async () => {
      const closed = await open({ maxIdentities: 0 })
      await expect(closed.register(request('alice'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
    })

    test('counts renewed and no expired registrations towards maxIdentities', async () => {
      const limited = await open({ maxIdentities: 40 })
      const [, firstTtlMs] = await inTime(async (ttlMs) => {
        await limited.clear()
        const registering = Array.from({ length: 40 }, (_, n) =>
          limited.register(request(`user-${n}`, { ttlMs })),
        )
        await Promise.all(registering)
        const renewals: Promise<unknown>[] = [0, 1, 2, 3].map((n) =>
          limited.heartbeat(`user-${n}`, n === 3 ? 0 : 600_000).catch(nullIf('NOT_FOUND')),
        )
        const early = limited.register(request('early')).catch(nullIf('QUOTA_EXCEEDED'))
        const [isFull, renewed] = [(await early) === null, await Promise.all(renewals)]
        return isFull && !renewed.includes(null) ? true : null
      })
      await delay(firstTtlMs + 10)
      for (let n = 0; n < 36; n += 1) await limited.register(request(`later-${n}`))
      await expect(limited.register(request('too-many'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
    })

    test('clears the namespace and remains usable', async () => {
      for (let n = 0; n < 30; n += 1) await store.register(request(`user-${n}`))
      expect(await store.select(everything)).toHaveLength(30)
      await store.clear()
      expect(await store.select(everything)).toEqual([])
      await store.register(request('user-1'))
      expect(await identitiesOf(store)).toEqual(['user-1'])
    })

    // Memory stores are separate.
    if (isShared) {
      test('shows changes by another store at once', async () => {
        const other = await open()
        for (let n = 0; n < 20; n += 1) {
          await store.register(request(`user-${n}`))
          expect(await other.select(everything)).toHaveLength(n + 1)
        }
        const [first] = await other.select(everything)
        await store.moveTo(first ?? expect.fail('nothing is listed'), 'new')
        expect((await other.select(everything))[0]).toEqual({ ...first, gateway: 'new' })
        expect(await other.lookUp(['user-0', 'user-1'])).toMatchObject([
          { identity: 'user-0', gateway: 'new' },
          { identity: 'user-1', gateway: null },
        ])
        await other.unregister('user-7')
        expect(await store.lookUp(['user-7'])).toEqual([])
        expect(await identitiesOf(store)).not.toContain('user-7')
        await other.clear()
        expect(await store.select(everything)).toEqual([])
      })
    }

    test.each(['view', 'selectTargets'] as const)(
      'stops evaluating a filter only for a caller that cancels (%s)',
      async (method) => {
        const count = 300
        await Promise.all(Array.from({ length: count }, (_, n) => store.register(request(`${n}`))))
        let evaluated = 0
        const slow: CompiledFilter = {
          ...filterFrom({ $not: { absent: 1 } }),
          matches: () => {
            evaluated++
            for (const untilMs = performance.now() + 1; performance.now() < untilMs;);
            return true
          },
        }
        const givingUp = new AbortController()
        const { signal } = givingUp
        const call =
          method === 'view' ? store.view(slow, null, signal) : store.selectTargets(slow, signal)
        setTimeout(() => givingUp.abort(new Error('given up')), 10)
        await expect(call).rejects.toThrow('given up')
        expect(evaluated).toBeLessThan(count)
        expect(await identitiesOf(store)).toHaveLength(count)
      },
    )

    test('finishes accepted calls when it closes and refuses later ones', async () => {
      const accepted = store.register(request('alice'))
      const listed = store.select(everything)
      await Promise.all([store.close(), store.close()])
      await expect(accepted).resolves.toMatchObject({ registeredAt: expect.any(Number) })
      await expect(listed).resolves.toBeInstanceOf(Array)
      const closed = { name: 'RegistryError', code: 'CLOSED' }
      await expect(store.register(request('bob'))).rejects.toMatchObject(closed)
      await expect(store.heartbeat('bob', 1)).rejects.toMatchObject(closed)
      await expect(
        store.moveTo({ identity: 'bob', registeredAt: 1, gateway: null }, 'new'),
      ).rejects.toMatchObject(closed)
      await expect(store.unregister('bob')).rejects.toMatchObject(closed)
      await expect(store.select(everything)).rejects.toMatchObject(closed)
      await expect(store.lookUp(['bob'])).rejects.toMatchObject(closed)
      await expect(store.clear()).rejects.toMatchObject(closed)
      await store.close()
    })
  })
}

/** Matches every registration. */
export const everything = filterFrom({})

/** A registration to make, for a minute by default. */
export function request(
  identity: string,
  given: Partial<Omit<RegistrationRequest, 'identity' | 'metadataJson'>> & {
    readonly metadata?: Metadata
  } = {},
): RegistrationRequest {
  const { metadata = {}, ...rest } = given
  const metadataJson = JSON.stringify(metadata)
  return { identity, metadataJson, ttlMs: 60_000, replace: false, gateway: null, ...rest }
}

/** Handles one error of the registry, by its code. */
function nullIf(code: RegistryErrorCode): (error: unknown) => null {
  return (error) => {
    expect(error).toMatchObject({ name: 'RegistryError', code })
    return null
  }
}

/** The identities of the matches, in the given order. */
export async function identitiesOf(
  store: RegistryStore,
  filter: CompiledFilter = everything,
): Promise<readonly string[]> {
  return (await store.select(filter)).map(({ identity }: Registration) => identity)
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}
