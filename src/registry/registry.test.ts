import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { connectRegistry } from './connect.ts'
import type { EnumerateOptions } from './enumeration.ts'
import type { Filter } from './filter/filter.ts'
import { defaultLimits, type RegistryLimits } from './limits.ts'
import { MemoryBroker, MemoryMessenger } from './memory/memory-messenger.ts'
import { MemoryStore } from './memory/memory-store.ts'
import type { ReceivedMessage } from './messenger.ts'
import type { MulticastOptions } from './multicast.ts'
import type { Metadata } from './registration.ts'
import { MulticastRegistry, type RegisterOptions } from './registry.ts'
import type { RegistrationTimes } from './store.ts'

/** Registries of one namespace; `memory` registries share only a broker, because their stores are separate. */
type OpenRegistry = (limits?: Partial<RegistryLimits>) => Promise<MulticastRegistry>

const backends = inject('backends')

describeRegistry('A registry in memory', { isShared: false }, () => {
  const broker = new MemoryBroker()
  return async (limits = {}) => {
    const { maxIdentities = Infinity } = limits
    const store = new MemoryStore({ maxIdentities })
    return new MulticastRegistry({ store, messenger: new MemoryMessenger(broker), limits })
  }
})

if (backends.kind === 'memory') {
  describe('A registry on Redis and NATS', () => {
    test('keeps its promises', ({ skip }) => skip(`needs servers. ${backends.notice}`))
  })
} else {
  const { redisUrl, natsUrls } = backends
  for (const strategy of ['replica', 'scan'] as const) {
    describeRegistry(`A registry on Redis and NATS, by ${strategy}`, { isShared: true }, () => {
      const namespace = `test-${randomUUID()}`
      return (limits = {}) => connectRegistry({ redisUrl, natsUrls, namespace, strategy, limits })
    })
  }

  test.each(['', 'a:b', 'a b', 'x'.repeat(65), '{a', '{a}{b}', 'ä'])(
    'A registry of the namespace "%s" is refused',
    async (namespace) => {
      const connecting = connectRegistry({ redisUrl, natsUrls, namespace })
      await expect(connecting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    },
  )
}

function describeRegistry(
  name: string,
  { isShared }: { readonly isShared: boolean },
  prepare: () => OpenRegistry,
): void {
  describe(name, () => {
    const opened: MulticastRegistry[] = []
    let open: OpenRegistry
    let registry: MulticastRegistry

    beforeEach(async () => {
      const connect = prepare()
      open = async (limits) => {
        const another = await connect(limits)
        opened.push(another)
        return another
      }
      registry = await open()
    })

    afterEach(async () => {
      await (await open()).clear()
      await Promise.all(opened.splice(0).map((each) => each.close()))
    })

    describe('register', () => {
      test('returns the times of the registration', async () => {
        const times = await registry.register('alice', {}, { ttlMs: 60_000 })
        expect(times.expiresAt).toBe(times.registeredAt + 60_000)
        expect(await listed(registry)).toMatchObject([{ identity: 'alice', ...times }])
      })

      test('lasts five minutes by default, and for ever with a TTL of 0', async () => {
        const usual = await registry.register('alice', {})
        expect(usual.expiresAt).toBe(usual.registeredAt + 300_000)
        expect(await registry.register('bob', {}, { ttlMs: 0 })).toMatchObject({ expiresAt: null })
      })

      test('is ALREADY_EXISTS for a live identity and changes nothing, except with replace', async () => {
        await registry.register('alice', { version: 1 })
        await expect(registry.register('alice', { version: 2 })).rejects.toMatchObject({
          code: 'ALREADY_EXISTS',
        })
        expect(await listed(registry)).toMatchObject([{ metadata: { version: 1 } }])
        await registry.register('alice', { version: 3 }, { replace: true })
        expect(await listed(registry)).toMatchObject([{ metadata: { version: 3 } }])
      })

      test('succeeds at once for an expired identity', async () => {
        await registry.register('alice', { version: 1 }, { ttlMs: 20 })
        await delay(30)
        await registry.register('alice', { version: 2 })
        expect(await listed(registry)).toMatchObject([{ metadata: { version: 2 } }])
      })

      test('past maxIdentities is QUOTA_EXCEEDED until one is gone', async () => {
        const limited = await open({ maxIdentities: 2 })
        await limited.register('a', {})
        await limited.register('b', {})
        await expect(limited.register('c', {})).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
        await limited.register('a', { again: true }, { replace: true })
        await limited.unregister('b')
        await limited.register('c', {})
        expect(await identitiesOf(limited)).toEqual(['a', 'c'])
      })

      test('keeps the metadata as of the call, whatever the caller changes later', async () => {
        const metadata = { tags: ['a'], deep: { n: 1 } }
        const registering = registry.register('alice', metadata)
        metadata.tags.push('b')
        metadata.deep.n = 2
        await registering
        expect(await listed(registry)).toMatchObject([
          { metadata: { tags: ['a'], deep: { n: 1 } } },
        ])
      })

      test('uses the given gateway, its own if it hosts the subscriber, or none', async () => {
        await registry.subscribe('hosted', () => {})
        await registry.register('hosted', {})
        const { gateway } = await open()
        await registry.register('elsewhere', {}, { gateway })
        await registry.register('plain', {})
        expect(await listed(registry)).toMatchObject([
          { identity: 'elsewhere', gateway },
          { identity: 'hosted', gateway: registry.gateway },
          { identity: 'plain', gateway: null },
        ])
      })
    })

    describe('heartbeat', () => {
      test('renews the TTL and nothing else', async () => {
        const metadata = { status: 'online', n: 1 }
        const { registeredAt } = await registry.register('alice', metadata, { ttlMs: 1_000 })
        const renewed = await registry.heartbeat('alice', 60_000)
        expect(renewed.registeredAt).toBe(registeredAt)
        await delay(1_010)
        expect(await listed(registry)).toMatchObject([{ identity: 'alice', metadata, ...renewed }])
        expect(await registry.heartbeat('alice', 0)).toMatchObject({ expiresAt: null })
      })

      test('is NOT_FOUND for an identity that was never registered, was unregistered or has expired', async () => {
        await registry.register('expired', {}, { ttlMs: 10 })
        await registry.register('unregistered', {})
        await registry.unregister('unregistered')
        await delay(20)
        for (const identity of ['never', 'unregistered', 'expired']) {
          await expect(registry.heartbeat(identity)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        }
        expect(await identitiesOf(registry)).toEqual([])
      })
    })

    describe('moveTo', () => {
      test("directs messages to the subscriber's new gateway", async () => {
        const host = await open()
        const received: string[] = []
        await host.subscribe('alice', ({ identity }) => void received.push(identity))
        const gone = await open()
        const times = await registry.register('alice', { n: 1 }, { gateway: gone.gateway })
        await gone.close()
        const [seen] = (await registry.enumerate()).registrations
        expect(seen && (await registry.moveTo(seen, host.gateway))).toBe(true)
        expect(await listed(registry)).toEqual([
          { identity: 'alice', metadata: { n: 1 }, gateway: host.gateway, ...times },
        ])
        expect(await registry.multicast({}, 'hello')).toMatchObject({ deliveredCount: 1 })
        expect(received).toEqual(['alice'])
      })

      test('refuses invalid identities and gateways', async () => {
        const seen = { identity: 'alice', registeredAt: 1, gateway: null }
        await expect(registry.moveTo({ ...seen, identity: 'a b' }, 'g')).rejects.toMatchObject({
          code: 'INVALID_IDENTITY',
        })
        for (const gateway of ['', 'a b', 'a.*', 'a\nb']) {
          await expect(registry.moveTo(seen, gateway)).rejects.toMatchObject({
            code: 'INVALID_ARGUMENT',
          })
        }
      })
    })

    test('every registration with an accepted TTL above 0 expires', async () => {
      const ttl = fc.oneof(
        fc.integer({ min: 1, max: defaultLimits.maxTtlMs }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double(),
        fc.constantFrom(Number.MIN_VALUE, 0.0001, 0.4, 0.5, 1 - Number.EPSILON, 1),
      )
      await fc.assert(
        fc.asyncProperty(ttl, async (ttlMs) => {
          fc.pre(ttlMs !== 0)
          const made: Promise<RegistrationTimes>[] = [
            registry.register('alice', {}, { ttlMs, replace: true }),
            registry.register('bob', {}, { ttlMs: 0, replace: true }).then(async (times) => {
              const { expiresAt } = await registry.heartbeat('bob', ttlMs)
              return { registeredAt: times.registeredAt, expiresAt }
            }),
          ]
          const isWhole = Number.isInteger(ttlMs) && ttlMs > 0
          for (const outcome of await Promise.allSettled(made)) {
            if (isWhole && ttlMs <= defaultLimits.maxTtlMs) {
              const { registeredAt, expiresAt } =
                outcome.status === 'fulfilled' ? outcome.value : expect.fail(outcome.reason)
              expect(expiresAt).toBeGreaterThanOrEqual(registeredAt + ttlMs)
            } else {
              expect(outcome).toMatchObject({ reason: { code: 'INVALID_ARGUMENT' } })
            }
          }
        }),
      )
    })

    test('unregister is idempotent and reports whether the identity was registered', async () => {
      await registry.register('alice', {})
      expect(await registry.unregister('alice')).toBe(true)
      expect(await registry.unregister('alice')).toBe(false)
      expect(await registry.unregister('never')).toBe(false)
      expect(await identitiesOf(registry)).toEqual([])
    })

    describe('enumerate', () => {
      test('returns the matches in pages', async () => {
        for (let n = 0; n < 25; n += 1) {
          const status = n % 5 === 0 ? 'away' : 'online'
          await registry.register(`user-${n}`, { status, n })
        }
        const online = { status: 'online', 'n.lt': 20 }
        const sorted = { sortBy: 'metadata.n', order: 'descending', limit: 6 } as const
        const shown: string[] = []
        let cursor: string | null = null
        do {
          const options: EnumerateOptions = cursor === null ? sorted : { ...sorted, cursor }
          const page = await registry.enumerate(online, options)
          expect(page.totalCount).toBe(16)
          shown.push(...page.registrations.map(({ identity }) => identity))
          cursor = page.nextCursor
        } while (cursor !== null)
        const expected = Array.from({ length: 20 }, (_, n) => 19 - n).filter((n) => n % 5 !== 0)
        expect(shown).toEqual(expected.map((n) => `user-${n}`))
      })

      test('shows a registration renewed or replaced between two pages once, in any order', async () => {
        for (let n = 0; n < 6; n += 1) {
          await registry.register(`user-${n}`, { n }, { ttlMs: 100_000 + 1_000 * n })
        }
        for (const sortBy of ['identity', 'registeredAt', 'expiresAt', 'metadata.n']) {
          for (const order of ['ascending', 'descending'] as const) {
            const sorted = { sortBy, order, limit: 2 }
            const first = await registry.enumerate({}, sorted)
            const shown = first.registrations.map(({ identity }) => identity)
            await registry.heartbeat('user-0', 300_000)
            await registry.register('user-5', { n: -1 }, { replace: true })
            let cursor = first.nextCursor
            while (cursor !== null) {
              const page = await registry.enumerate({}, { ...sorted, cursor })
              shown.push(...page.registrations.map(({ identity }) => identity))
              cursor = page.nextCursor
            }
            expect(shown.toSorted()).toEqual(Array.from({ length: 6 }, (_, n) => `user-${n}`))
          }
        }
      })

      test('omits metadata on request', async () => {
        await registry.register('alice', { secret: 1 })
        const [alice] = await listed(registry, {}, { includeMetadata: false })
        expect(alice).not.toHaveProperty('metadata')
        expect(alice).toMatchObject({ identity: 'alice', gateway: null })
      })

      test('never returns expired registrations', async () => {
        await registry.register('brief', {}, { ttlMs: 20 })
        await registry.register('lasting', {})
        await delay(30)
        expect(await registry.enumerate()).toMatchObject({
          registrations: [{ identity: 'lasting' }],
          totalCount: 1,
        })
      })

      test("returns nothing that lets a caller change other callers' results", async () => {
        await registry.register('alice', { tags: ['a'], deep: { n: 1 } })
        for (const filter of [{}, { 'tags.exists': true }, { 'deep.n': 1 }]) {
          const { registrations } = await registry.enumerate(filter)
          expect(registrations.every(isDeeplyFrozen)).toBe(true)
          // The list itself is frozen or the caller's own.
          if (!Object.isFrozen(registrations)) (registrations as unknown[]).length = 0
          expect(await identitiesOf(registry, filter)).toEqual(['alice'])
        }
      })

      // Memory stores are separate.
      if (isShared) {
        test('sees changes by another registry at once', async () => {
          const other = await open()
          expect(await identitiesOf(other)).toEqual([])
          await registry.register('alice', { n: 1 })
          expect(await listed(other)).toMatchObject([{ identity: 'alice', metadata: { n: 1 } }])
          await registry.register('alice', { n: 2 }, { replace: true })
          expect(await identitiesOf(other, { n: 2 })).toEqual(['alice'])
          const { expiresAt } = await registry.heartbeat('alice', 90_000)
          expect(await listed(other)).toMatchObject([{ expiresAt }])
          await other.unregister('alice')
          expect(await identitiesOf(registry)).toEqual([])
        })

        test('continues from a cursor of another registry of the namespace, by identity', async () => {
          const other = await open()
          for (const identity of ['a', 'b', 'c']) await registry.register(identity, {})
          const { nextCursor } = await registry.enumerate({}, { limit: 1 })
          const cursor = nextCursor ?? expect.fail('there is no second page')
          expect(await listed(other, {}, { cursor })).toMatchObject([
            { identity: 'b' },
            { identity: 'c' },
          ])
        })
      }
    })

    describe('multicast', () => {
      test('sends to every match and reports the outcome for each', async () => {
        const received: ReceivedMessage[] = []
        await registry.subscribe('good', (message) => void received.push(message))
        await registry.subscribe('failing', () => {
          throw new Error('no')
        })
        const { promise: never, resolve: end } = Promise.withResolvers<void>()
        await registry.subscribe('stuck', () => never)
        await registry.subscribe('other', (message) => void received.push(message))
        for (const identity of ['good', 'failing', 'stuck', 'absent']) {
          await registry.register(identity, { room: 1 })
        }
        await registry.register('other', { room: 2 })
        const result = await registry.multicast({ room: 1 }, 'hello', { timeoutMs: 500 })
        end()
        expect(result).toMatchObject({
          targetCount: 4,
          deliveredCount: 1,
          failedCount: 2,
          timeoutCount: 1,
          pendingCount: 0,
        })
        expect(Object.fromEntries(result.statuses)).toEqual({
          good: 'DELIVERED',
          failing: 'FAILED',
          stuck: 'TIMEOUT',
          absent: 'FAILED',
        })
        expect(received).toMatchObject([{ identity: 'good', id: result.messageId }])
        expect(received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['hello'])
      })

      test('succeeds with no targets if nothing matches', async () => {
        await registry.register('alice', {})
        const result = await registry.multicast({ room: 1 }, 'hello')
        expect(result).toMatchObject({
          targetCount: 0,
          deliveredCount: 0,
          pendingCount: 0,
          failedCount: 0,
          timeoutCount: 0,
        })
        expect(result.statuses.size).toBe(0)
      })

      test('reports every target as PENDING without receipts, and delivers the message', async () => {
        const got = Promise.withResolvers<ReceivedMessage>()
        await registry.subscribe('alice', got.resolve)
        await registry.register('alice', {})
        await registry.register('absent', {})
        const result = await registry.multicast({}, Buffer.from([1, 2, 3]), { receipts: false })
        expect(result).toMatchObject({ targetCount: 2, pendingCount: 2, deliveredCount: 0 })
        expect([...result.statuses.values()]).toEqual(['PENDING', 'PENDING'])
        expect([...(await got.promise).payload]).toEqual([1, 2, 3])
      })

      test('reaches subscribers of another registry, by its gateway and without one', async () => {
        const other = await open()
        const received: string[] = []
        for (const identity of ['by-gateway', 'by-subject']) {
          await other.subscribe(identity, (message) => void received.push(message.identity))
        }
        await registry.register('by-gateway', {}, { gateway: other.gateway })
        await registry.register('by-subject', {})
        const result = await registry.multicast({}, 'hello')
        expect(result.deliveredCount).toBe(2)
        expect(received.sort()).toEqual(['by-gateway', 'by-subject'])
      })

      test('reaches all identities of a pattern, whose registrations name its gateway', async () => {
        const received: string[] = []
        await registry.subscribeMatching('user-*', ({ identity }) => void received.push(identity))
        for (const identity of ['user-1', 'user-2', 'lamp']) await registry.register(identity, {})
        expect(await listed(registry)).toMatchObject([
          { identity: 'lamp', gateway: null },
          { identity: 'user-1', gateway: registry.gateway },
          { identity: 'user-2', gateway: registry.gateway },
        ])
        await registry.unregister('lamp')
        expect(await registry.multicast({}, 'hello')).toMatchObject({ deliveredCount: 2 })
        expect(received.sort()).toEqual(['user-1', 'user-2'])
      })

      test('does not reach unsubscribed identities', async () => {
        let calls = 0
        const subscription = await registry.subscribe('alice', () => void (calls += 1))
        await registry.register('alice', {})
        expect((await registry.multicast({}, 'one')).deliveredCount).toBe(1)
        await subscription.unsubscribe()
        await subscription.unsubscribe()
        expect((await registry.multicast({}, 'two')).statuses.get('alice')).toBe('FAILED')
        expect(calls).toBe(1)
      })

      test('under at-least-once follows an identity to its new registration', async () => {
        const other = await open()
        const calls: string[] = []
        const registeredAnew = Promise.withResolvers<void>()
        await registry.subscribe('alice', () => {
          calls.push('old')
          registeredAnew.resolve()
          throw new Error('going down')
        })
        await registry.subscribe('left', () => {
          calls.push('left')
          throw new Error('gone')
        })
        await registry.register('alice', {})
        await registry.register('left', {})
        await other.subscribe('alice', () => void calls.push('new'))
        const options: MulticastOptions = { delivery: 'at-least-once', timeoutMs: 3_000 }
        const sending = registry.multicast({}, 'x', options)
        await registeredAnew.promise
        await registry.unregister('left')
        await registry.register('alice', {}, { replace: true, gateway: other.gateway })
        const { statuses } = await sending
        expect(Object.fromEntries(statuses)).toEqual({ alice: 'DELIVERED', left: 'FAILED' })
        expect(new Set(calls)).toEqual(new Set(['left', 'new', 'old']))
        expect(calls.filter((each) => each === 'new')).toHaveLength(1)
      })

      test('repeated with its message id is the same message to subscribers', async () => {
        const received: string[] = []
        await registry.subscribe('alice', ({ id }) => void received.push(id))
        await registry.register('alice', {})
        const options: MulticastOptions = { delivery: 'at-least-once', messageId: 'order-17/paid' }
        for (let call = 0; call < 2; call += 1) {
          const result = await registry.multicast({}, 'x', options)
          expect(result).toMatchObject({ messageId: 'order-17/paid', deliveredCount: 1 })
        }
        expect(received).toEqual(['order-17/paid'])
        const { messageId } = await registry.multicast({}, 'x', { delivery: 'at-least-once' })
        expect(received).toEqual(['order-17/paid', messageId])
      })

      test('sends the payload as of the call, whatever the caller changes later', async () => {
        const payload = Buffer.from('hello')
        const received: string[] = []
        await registry.subscribe('alice', (message) => {
          received.push(Buffer.from(message.payload).toString())
        })
        await registry.register('alice', {})
        const sending = registry.multicast({}, payload)
        payload.fill('x')
        await sending
        expect(received).toEqual(['hello'])
      })
    })

    describe('Refused', () => {
      test.each<{ what: string; options: RegisterOptions }>([
        { what: 'a negative TTL', options: { ttlMs: -1 } },
        { what: 'a broken TTL', options: { ttlMs: 0.5 } },
        { what: 'a TTL that is no number', options: { ttlMs: Number.NaN } },
        { what: 'a TTL past the limit', options: { ttlMs: 366 * 24 * 60 * 60 * 1_000 } },
        { what: 'an empty gateway', options: { gateway: '' } },
        { what: 'a gateway with a wildcard', options: { gateway: 'a.>' } },
        { what: 'a gateway with a space', options: { gateway: 'a b' } },
      ])('is registering with $what: INVALID_ARGUMENT', async ({ options }) => {
        await expect(registry.register('alice', {}, options)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        })
        expect(await identitiesOf(registry)).toEqual([])
      })

      test.each(['', 'a b', 'a.*', '>', 'a..b', '~log', 'line\nbreak'])(
        'is the identity "%s": INVALID_IDENTITY, in every call',
        async (identity) => {
          const refusal = { name: 'RegistryError', code: 'INVALID_IDENTITY' }
          await expect(registry.register(identity, {})).rejects.toMatchObject(refusal)
          await expect(registry.heartbeat(identity)).rejects.toMatchObject(refusal)
          await expect(registry.unregister(identity)).rejects.toMatchObject(refusal)
          await expect(registry.subscribe(identity, () => {})).rejects.toMatchObject(refusal)
          const withGap = Object.assign<string[], object>([], { 1: 'good' })
          for (const list of [['good', identity], withGap]) {
            await expect(registry.subscribe(list, () => {})).rejects.toMatchObject(refusal)
          }
        },
      )

      test.each<{ what: string; metadata: unknown }>([
        { what: 'no object', metadata: [1] },
        { what: 'something JSON would drop', metadata: { a: undefined } },
        { what: 'too much', metadata: { text: 'x'.repeat(16 * 1024) } },
      ])('is metadata that is $what: INVALID_METADATA', async ({ metadata }) => {
        await expect(registry.register('alice', metadata as Metadata)).rejects.toMatchObject({
          code: 'INVALID_METADATA',
        })
      })

      test.each<Filter>([{ 'a.gt': true }, { $or: [] }, { a: undefined }])(
        'is the filter %o: INVALID_FILTER',
        async (filter) => {
          const refusal = { code: 'INVALID_FILTER' }
          await expect(registry.enumerate(filter)).rejects.toMatchObject(refusal)
          await expect(registry.multicast(filter, '')).rejects.toMatchObject(refusal)
        },
      )

      test.each<EnumerateOptions>([{ limit: 0 }, { cursor: 'x' }, { sortBy: 'name' }])(
        'is to enumerate with %o: INVALID_ARGUMENT',
        async (options) => {
          await expect(registry.enumerate({}, options)).rejects.toMatchObject({
            code: 'INVALID_ARGUMENT',
          })
        },
      )

      test.each<{ what: string; options: MulticastOptions }>([
        { what: 'a timeout of 0', options: { timeoutMs: 0 } },
        { what: 'an unknown guarantee', options: { delivery: 'twice' as 'at-most-once' } },
        {
          what: 'a guarantee that needs receipts without them',
          options: { delivery: 'at-least-once', receipts: false },
        },
        { what: 'exactly-once without durability', options: { delivery: 'exactly-once' } },
        { what: 'an empty message id', options: { messageId: '' } },
        { what: 'a message id with a space', options: { messageId: 'a b' } },
        { what: 'a message id of two lines', options: { messageId: 'a\r\nPrism-Wire: 2' } },
        { what: 'a message id beyond ASCII', options: { messageId: 'ü' } },
        { what: 'a message id of 129 characters', options: { messageId: 'x'.repeat(129) } },
        { what: 'a message id that is no text', options: { messageId: 7 as unknown as string } },
      ])('is to multicast with $what, even to no target: INVALID_ARGUMENT', async ({ options }) => {
        const refusal = { name: 'RegistryError', code: 'INVALID_ARGUMENT' }
        await expect(registry.multicast({}, 'x', options)).rejects.toMatchObject(refusal)
        await registry.register('alice', {})
        await expect(registry.multicast({}, 'x', options)).rejects.toMatchObject(refusal)
      })

      test('is a payload or handler of the wrong type: INVALID_ARGUMENT', async () => {
        const wrong = 7 as unknown
        const refusal = { name: 'RegistryError', code: 'INVALID_ARGUMENT' }
        await expect(registry.multicast({}, wrong as string)).rejects.toMatchObject(refusal)
        await expect(registry.subscribe('a', wrong as () => void)).rejects.toMatchObject(refusal)
        await expect(registry.subscribeMatching('*', wrong as () => void)).rejects.toMatchObject(
          refusal,
        )
      })
    })

    describe('watch', () => {
      test('reports joins, changes and leaves', async () => {
        await registry.register('alice', { status: 'online' })
        const told: string[] = []
        for await (const event of registry.watch({ status: 'online' })) {
          if (event.type === 'joined' || event.type === 'changed') {
            told.push(`${event.type} ${event.registration.identity}`)
          } else told.push(event.type === 'left' ? `left ${event.identity}` : event.type)
          if (told.length === 2) await registry.register('bob', { status: 'online' })
          if (told.length === 3) {
            await registry.register('alice', { status: 'online', n: 2 }, { replace: true })
          }
          if (told.length === 4) await registry.unregister('bob')
          if (told.length === 5) break
        }
        expect(told).toEqual(['joined alice', 'current', 'joined bob', 'changed alice', 'left bob'])
      })

      test('resumes from a token without the initial registrations', async () => {
        await registry.register('bob', {})
        const events = registry.watch({}, { initial: false })
        const { value } = await events.next()
        await events.return?.()
        expect(value).toMatchObject({ type: 'current' })
        await registry.register('alice', {})
        const resumed = registry.watch({}, { from: value?.token ?? '' })
        expect(await resumed.next()).toMatchObject({
          value: { type: 'joined', registration: { identity: 'alice' } },
        })
        expect(await resumed.next()).toMatchObject({ value: { type: 'current' } })
        const both = { from: value?.token ?? '', initial: true }
        expect(() => registry.watch({}, both)).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        )
      })

      test('ends with its signal, and when the registry closes during a slow multicast', async () => {
        const ending = new AbortController()
        const [one, other] = [registry.watch({}, { signal: ending.signal }), registry.watch()]
        const done = { done: true, value: undefined }
        expect((await one.next()).done).toBe(false)
        expect((await other.next()).done).toBe(false)
        const waiting = one.next()
        ending.abort()
        expect(await waiting).toEqual(done)
        const release = Promise.withResolvers<void>()
        await registry.subscribe('alice', () => release.promise)
        await registry.register('alice', {})
        await other.next()
        const underWay = registry.multicast({}, 'x', { timeoutMs: 20_000 })
        const closing = registry.close()
        expect(await other.next()).toEqual(done)
        release.resolve()
        await Promise.all([underWay, closing])
      })
    })

    describe('close', () => {
      test('finishes calls in progress', async () => {
        const received: string[] = []
        for (const identity of ['alice', 'bob']) {
          await registry.subscribe(identity, (message) => void received.push(message.identity))
        }
        await registry.register('alice', {})
        const accepted = Promise.all([
          registry.register('bob', {}, { ttlMs: 0 }),
          registry.heartbeat('alice', 0),
          registry.enumerate(),
          registry.multicast({ $not: { absent: 1 } }, 'hello'),
          registry.unregister('never'),
          registry.subscribe('carol', () => {}),
        ])
        await registry.close()
        const [, , , { targetCount, deliveredCount }] = await accepted
        expect(targetCount).toBeGreaterThan(0)
        expect(deliveredCount).toBe(targetCount)
        expect(received).toHaveLength(targetCount)
      })

      test('is idempotent, and later calls are CLOSED', async () => {
        await Promise.all([registry.close(), registry.close()])
        await registry.close()
        const calls = [
          () => registry.register('alice', {}),
          () => registry.heartbeat('alice'),
          () => registry.moveTo({ identity: 'alice', registeredAt: 1, gateway: null }, 'g'),
          () => registry.unregister('alice'),
          () => registry.enumerate(),
          () => registry.multicast({}, 'x'),
          () => registry.subscribe('alice', () => {}),
          () => registry.subscribeMatching('*', () => {}),
          () => registry.clear(),
        ]
        const closed = { name: 'RegistryError', code: 'CLOSED' }
        for (const call of calls) await expect(call()).rejects.toMatchObject(closed)
        expect(() => registry.watch()).toThrow(expect.objectContaining(closed))
      })
    })

    test('clear removes all registrations, whichever process made them', async () => {
      await registry.register('alice', {}, { ttlMs: 0 })
      await registry.clear()
      expect(await identitiesOf(registry)).toEqual([])
      await registry.register('alice', {})
    })
  })
}

async function listed(
  registry: MulticastRegistry,
  filter?: Filter,
  options?: EnumerateOptions,
): Promise<readonly { readonly identity: string }[]> {
  return (await registry.enumerate(filter, options)).registrations
}

async function identitiesOf(
  registry: MulticastRegistry,
  filter?: Filter,
): Promise<readonly string[]> {
  return (await listed(registry, filter)).map(({ identity }) => identity)
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}
