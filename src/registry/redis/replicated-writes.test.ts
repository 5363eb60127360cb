import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import type { RegistryStore } from '../store.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'
import type { WaitForReplicas } from './replica-wait-options.ts'

const hasProgram = findProgram('redis-server') !== undefined

test.for([5, { timeoutMs: 5 }, { count: 0 }, { count: 1.5 }, { count: 1, timeoutMs: 0 }])(
  'waiting for replicas in another form is INVALID_ARGUMENT: %j',
  async (wrong) => {
    const waitForReplicas = wrong as unknown as WaitForReplicas
    const store = connectRedisStore({ url: 'redis://127.0.0.1:1', namespace: 'x', waitForReplicas })
    await expect(store).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('waitForReplicas'),
    })
  },
)

describe.skipIf(!hasProgram)('A store that waits for a replica', () => {
  let primary: ServerProgram
  let replica: ServerProgram
  let admin: Redis
  let copy: Redis

  beforeAll(async () => {
    primary = await startRedisProgram()
    replica = await startRedisProgram({
      extraArgs: ['--replicaof', '127.0.0.1', `${primary.port}`, '--repl-diskless-sync-delay', '0'],
    })
    admin = new Redis(primary.url)
    copy = new Redis(replica.url)
    await admin.config('SET', 'repl-diskless-sync-delay', '0')
    await isReplicating()
  }, 30_000)

  afterAll(async () => {
    admin.disconnect()
    copy.disconnect()
    await Promise.all([primary.stop(), replica.stop()])
  })

  const isReplicating = () =>
    vi.waitFor(async () => expect(await copy.info('replication')).toContain('link_status:up'), {
      timeout: 20_000,
    })

  const open = async (namespace: string, timeoutMs = 5_000): Promise<RegistryStore> => {
    const waitForReplicas = { count: 1, timeoutMs }
    const store = await connectRedisStore({ url: primary.url, namespace, waitForReplicas })
    onTestFinished(() => store.close())
    return store
  }

  test('acknowledges what the replica has: registrations, renewals, moves, removals', async () => {
    const store = await open('held')
    const recorded = () => copy.hmget('held:alice', 'expires_at', 'gateway')
    for (let n = 0; n < 20; n += 1) {
      const { expiresAt, registeredAt } = await store.register(
        request('alice', { replace: true, ttlMs: 60_000 + n }),
      )
      expect(await recorded()).toEqual([`${expiresAt}`, null])
      const renewed = await store.heartbeat('alice', 90_000 + n)
      expect(await recorded()).toEqual([`${renewed.expiresAt}`, null])
      const seen = { identity: 'alice', registeredAt, gateway: null }
      expect(await store.moveTo(seen, 'g')).toBe(true)
      expect(await recorded()).toEqual([`${renewed.expiresAt}`, 'g'])
      expect(await store.unregister('alice')).toBe(true)
      expect(await recorded()).toEqual([null, null])
    }
  })

  test('serves many writes at a time', async () => {
    const store = await open('many')
    await Promise.all(Array.from({ length: 500 }, (_, n) => store.register(request(`user-${n}`))))
    expect(await copy.zcard('many:~index')).toBe(501)
  })

  test('reports refusals without waiting', async () => {
    const store = await open('refused')
    await store.register(request('alice'))
    await expect(store.register(request('alice'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(store.heartbeat('bob', 1000)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('says that a write took effect which no replica confirmed, and answers reads meanwhile', async () => {
    const store = await open('alone', 200)
    process.kill(replica.pid, 'SIGSTOP')
    try {
      const writing = store.register(request('alice'))
      await expect(writing).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/took effect .*1 replica .*only 0 did within 200 ms/),
      })
      const another = store.register(request('bob')).catch((error: unknown) => error)
      await vi.waitFor(async () => expect(await admin.exists('alone:bob')).toBe(1))
      expect(await store.select(everything)).toHaveLength(2)
      await another
    } finally {
      process.kill(replica.pid, 'SIGCONT')
    }
    await vi.waitFor(async () => {
      expect(await store.register(request('alice', { replace: true }))).toBeDefined()
    }, 20_000)
    expect(await copy.exists('alone:alice')).toBe(1)
  })

  test('does not take a new connection for the one that wrote', async () => {
    const store = await open('reconnects', 2_000)
    process.kill(replica.pid, 'SIGSTOP')
    try {
      const writing = store.register(request('alice'))
      await vi.waitFor(async () => {
        const blocked = await admin.info('clients')
        expect(blocked).toContain('blocked_clients:1')
      })
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await expect(writing).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('took effect'),
      })
    } finally {
      process.kill(replica.pid, 'SIGCONT')
    }
  })
})
