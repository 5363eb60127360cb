import { beforeEach, describe, expect, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { filterFrom } from '../filter/filter.ts'
import { identitiesOf, request } from '../testing/store.contract.ts'
import type { RedisStoreOptions } from './store-options.ts'
import { openStore } from './testing/open-store.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'

const hasProgram = findProgram('redis-server') !== undefined
const record = 'test:user-2'
const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`

const corruptFields: readonly [what: string, field: string, value: string][] = [
  ['metadata that is not JSON', 'metadata', '{oops'],
  ['metadata that is no object', 'metadata', '[1]'],
  ['metadata that is empty', 'metadata', ''],
  ['a number that JSON cannot have', 'metadata', '{"a":1e999}'],
  ['metadata deeper than any limit', 'metadata', deep(101)],
  ['metadata a million levels deep', 'metadata', deep(1_000_000)],
  ['metadata larger than any limit', 'metadata', `{"a":"${'x'.repeat(17 * 1024 * 1024)}"}`],
  ['bytes that are not UTF-8', 'id', '\u00ff\u00fe'],
  ['another id', 'id', 'user-3'],
  ['an invalid id', 'id', 'user-2 '],
  ['no time of registration', 'registered_at', ''],
  ['a time of registration in words', 'registered_at', 'yesterday'],
  ['a time with a fraction', 'registered_at', '1.5'],
  ['a time before 1970', 'registered_at', '-1'],
  ['an expiry in hexadecimal', 'expires_at', '0x7fffffffffff'],
  ['an expiry without end', 'expires_at', 'inf'],
  ['an expiry that is no number', 'expires_at', 'nan'],
  ['an empty expiry', 'expires_at', ''],
  ['an expiry beyond whole numbers', 'expires_at', '9999999999999999'],
  ['a gateway of two lines', 'gateway', 'one\ntwo'],
  ['a gateway with a space', 'gateway', 'one two'],
  ['a gateway that is too long', 'gateway', 'g'.repeat(5000)],
]

const now = Date.now()
const corruptEntries: readonly [what: string, kind: string, value: string][] = [
  ['metadata that is not JSON', 'register', 'm\nuser-9\n0\n1\n\n{oops'],
  ['metadata deeper than any limit', 'register', `m\nuser-9\n0\n1\n\n${deep(5000)}`],
  ['too few lines', 'register', 'm\nuser-9\n0\n1'],
  ['too many lines', 'register', 'm\nuser-9\n0\n1\none\ntwo\n{}'],
  ['nothing but line feeds', 'register', '\n'.repeat(1_000_000)],
  ['an invalid id', 'register', 'm\n~index\n0\n1\n\n{}'],
  ['times in words', 'register', 'm\nuser-9\nsoon\nlately\n\n{}'],
  ['a value larger than any limit', 'register', 'x'.repeat(17 * 1024 * 1024)],
  ['a heartbeat without a time', 'heartbeat', 'm\nuser-2\n'],
  ['a heartbeat of more lines', 'heartbeat', `m\nuser-2\n${now}\nmore`],
  ['a move to what cannot be a subject', 'move', 'm\nuser-2\n\n\na b'],
  ['a clear of no list', 'clear', 'm\nuser-2'],
  ['a clear of an object', 'clear', 'm\n{"length":3}'],
  ['an unknown kind', 'rename', 'm\nuser-2\nuser-9'],
  ['a kind that is empty', '', ''],
  ['a kind of two lines', 'unregister\nm', 'mark\nuser-2'],
  ['a very long kind', 'k'.repeat(100_000), 'm'],
]

describe.skipIf(!hasProgram)('Data that no registry wrote (needs redis-server on the PATH)', () => {
  const own = redisOfTests()

  beforeEach(() => own.redis.flushall())

  // Patient, because a busy Redis takes long to read 100 MB.
  const open = (options: Partial<RedisStoreOptions> = {}) =>
    openStore(own.server.url, { connectTimeoutMs: 60_000, loadTimeoutMs: 60_000, ...options })

  /** A reader that holds three registrations; the test then corrupts the second. */
  const openFilled = async () => {
    const store = await open()
    for (const n of [1, 2, 3]) await store.register(request(`user-${n}`))
    expect(await identitiesOf(store)).toHaveLength(3)
    return store
  }

  const others = ['user-1', 'user-3']

  const expectAll = async (old: Awaited<ReturnType<typeof open>>, expected: string[]) => {
    await expect.poll(() => identitiesOf(old), { timeout: 30_000 }).toEqual(expected)
    const fresh = await open()
    expect(await identitiesOf(fresh)).toEqual(expected)
    expect(await identitiesOf(await open({ strategy: 'scan' }))).toEqual(expected)
    return fresh
  }

  test.for(corruptFields)(
    'in a record is ignored with a warning: %s',
    async ([what, field, value]) => {
      const old = await openFilled()
      const bytes = what.startsWith('bytes') ? Buffer.from(value, 'latin1') : value
      await own.redis.hset(record, field, bytes)
      const fresh = await expectAll(old, others)
      expect(fresh.warned).toEqual(['CORRUPT_RECORD'])
      expect(fresh.messages[0]).toContain(record)
      expect(fresh.messages[0]?.length).toBeLessThan(1000)
      await old.register(request('user-2', { replace: true }))
      await expectAll(old, ['user-1', 'user-2', 'user-3'])
      expect(await own.redis.hget(record, 'gateway')).toBeNull()
    },
  )

  test.for(['id', 'metadata', 'registered_at', 'expires_at'])(
    'a record without %s is ignored and can be unregistered',
    async (field) => {
      const old = await openFilled()
      await own.redis.hdel(record, field)
      await expectAll(old, others)
      await old.unregister('user-2')
      expect(await own.redis.exists(record)).toBe(0)
      await old.register(request('user-2'))
      await expectAll(old, ['user-1', 'user-2', 'user-3'])
    },
  )

  test('a record without a registration time cannot be renewed', async () => {
    const old = await openFilled()
    await own.redis.hset(record, 'registered_at', 'yesterday')
    await expect(old.heartbeat('user-2', 1000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a corrupt record reappears after repair by hand', async () => {
    const old = await openFilled()
    const metadata = (await own.redis.hget(record, 'metadata')) ?? ''
    await own.redis.hset(record, 'metadata', '{oops')
    await expectAll(old, others)
    await own.redis.hset(record, 'metadata', metadata)
    await expectAll(old, ['user-1', 'user-2', 'user-3'])
  })

  test('a record changed by another program is reported as changed', async () => {
    const old = await openFilled()
    await own.redis.hset(record, 'metadata', '{"changed":true}')
    await expect
      .poll(async () => (await old.select(filterFrom({ changed: true }))).length, {
        timeout: 10_000,
      })
      .toBe(1)
  })

  test('a key of another type in place of a record breaks only that identity', async () => {
    const old = await openFilled()
    await own.redis.set(record, 'text')
    const fresh = await expectAll(old, others)
    expect(fresh.messages).toEqual([expect.stringMatching(/"test:user-2".*Delete the key\.$/)])
    await expect(old.register(request('user-2', { replace: true }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/WRONGTYPE.*test:user-2/),
    })
    await old.register(request('user-4'))
    await own.redis.del(record)
    await old.register(request('user-2', { replace: true }))
    await expectAll(old, ['user-1', 'user-2', 'user-3', 'user-4'])
  })

  test.for(['~index', '~log'])(
    'a key of another type in place of %s is a clear error until it is deleted',
    async (name) => {
      const old = await openFilled()
      await own.redis.set(`test:${name}`, 'text')
      const fresh = await open({ strategy: 'scan' })
      expect(await identitiesOf(fresh)).toHaveLength(3)
      await expect(old.register(request('user-9'))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('WRONGTYPE'),
      })
      await own.redis.del(`test:${name}`)
      await old.register(request('user-9', { replace: true }))
      await expectAll(old, ['user-1', 'user-2', 'user-3', 'user-9'])
    },
  )

  test.for(corruptEntries)('in the log is ignored with a warning: %s', async ([, kind, value]) => {
    const old = await openFilled()
    await own.redis.xadd('test:~log', '*', kind, value)
    expect(await identitiesOf(old)).toEqual(['user-1', 'user-2', 'user-3'])
    expect(old.warned).toEqual(['CORRUPT_LOG_ENTRY'])
    expect(old.messages[0]?.length).toBeLessThan(1000)
    await old.register(request('user-4'))
    await expectAll(old, ['user-1', 'user-2', 'user-3', 'user-4'])
    expect(old.warned).toEqual(['CORRUPT_LOG_ENTRY'])
  })

  test('in the log with several fields or a long mark is repaired', async () => {
    const old = await openFilled()
    await own.redis.xadd(
      'test:~log',
      '*',
      'unregister',
      `${'m'.repeat(500)}\nuser-2`,
      'more',
      'fields',
    )
    await old.register(request('user-4'))
    await old.register(request('user-2', { replace: true }))
    await expectAll(old, ['user-1', 'user-2', 'user-3', 'user-4'])
  })

  test('in the log with the highest possible id stops no write', async () => {
    const old = await openFilled()
    await own.redis.xadd(
      'test:~log',
      `${2n ** 64n - 1n}-${2n ** 64n - 1n}`,
      'unregister',
      'm\nuser-2',
    )
    await old.register(request('user-4'))
    await old.heartbeat('user-1', 60_000)
    await old.unregister('user-3')
    await expectAll(old, ['user-1', 'user-2', 'user-4'])
  })

  test('is ignored in the index', async () => {
    const old = await openFilled()
    await own.redis.zadd(
      'test:~index',
      'inf',
      'not valid',
      'inf',
      'm'.repeat(1_000_000),
      '5',
      'ended',
    )
    await own.redis.zadd('test:~index', 'inf', 'nobody')
    await own.redis.zadd('test:~index', 'inf', Buffer.from('ff00', 'hex'))
    const fresh = await expectAll(old, ['user-1', 'user-2', 'user-3'])
    expect(fresh.warned).toContain('KEYS_LOST')
    await old.clear()
    expect(await own.redis.keys('test:*')).toEqual([])
  })

  test('crashes neither a reader nor Redis, even if it is 100 MB', async () => {
    const old = await openFilled()
    await own.redis.setrange('huge', 100 * 1024 * 1024 - 1, 'x')
    const copy = `local huge = redis.call('GET', KEYS[1])
      redis.call('HSET', KEYS[2], 'gateway', huge)
      redis.call('XADD', KEYS[3], '*', 'register', huge)`
    await own.redis.eval(copy, 3, 'huge', record, 'test:~log')
    await own.redis.del('huge')
    await expectAll(old, others)
    await old.unregister('user-2')
    await expectAll(old, others)
  })
})
