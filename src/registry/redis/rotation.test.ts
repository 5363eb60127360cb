import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import { nextOf, watch } from '../testing/open-watch.ts'
import { openStore } from './testing/open-store.ts'
import { redisOfTests } from './testing/redis-of-tests.ts'
import { callAll, usersOn } from './testing/short-lived-users.ts'

const hasProgram = findProgram('redis-server') !== undefined

/** The users of a server's connections, but for that which asks. */
async function usersConnected(redis: Redis): Promise<readonly string[]> {
  const list = String(await redis.client('LIST'))
  return [...list.matchAll(/ user=(user-\d+)/g)].map(([, name = '']) => name)
}

describe.skipIf(!hasProgram)('A user of Redis that lives for a moment', () => {
  const own = redisOfTests(['--repl-diskless-sync-delay', '0'])

  test('is replaced by the next one without a failed call, on every connection', async () => {
    const replica = await startRedisProgram({
      extraArgs: ['--replicaof', '127.0.0.1', `${own.server.port}`],
    })
    onTestFinished(() => replica.stop())
    await expect.poll(() => own.redis.info('replication')).toContain('state=online')
    const { names, provider } = usersOn([own.redis])
    const store = await openStore(own.server.url, {
      credentials: provider,
      waitForReplicas: { count: 1, timeoutMs: 2_000 },
    })
    const events = watch(store)
    const stop = callAll(store)
    await expect.poll(() => names.length, { timeout: 30_000 }).toBeGreaterThan(5)
    await store.register(request('watched'))
    for (;;) {
      const event = await nextOf(events)
      if (event.type === 'joined' && event.registration.identity === 'watched') break
    }
    const { calls, failures } = await stop()
    expect(failures).toEqual([])
    expect(calls).toBeGreaterThan(names.length)
    // All connections have followed: those of calls, of writes that wait for replicas, and of the doorbell.
    await expect
      .poll(async () => {
        const users = await usersConnected(own.redis)
        return users.length >= 2 && users.every((name) => names.slice(-2).includes(name))
      })
      .toBe(true)
    expect(store.messages).toEqual([])
  })

  test('and is deleted too early is asked for again, and the store returns', async () => {
    const { names, provider, remove } = usersOn([own.redis], null)
    const store = await openStore(own.server.url, { credentials: provider })
    await store.register(request('a', { replace: true }))
    expect(names).toHaveLength(1)
    await remove('user-0')
    await expect
      .poll(() => store.select(everything).then(() => 'well', String), { timeout: 10_000 })
      .toBe('well')
    expect(names).toHaveLength(2)
  })

  test('stays in use while Redis refuses the next one, with a warning', async () => {
    const { provider, names } = usersOn([own.redis], 1_000)
    let isWrong = false
    const store = await openStore(own.server.url, {
      credentials: (signal) =>
        isWrong ? { username: 'nobody', password: 'hunter2' } : provider(signal),
    })
    isWrong = true
    const stop = callAll(store)
    await expect.poll(() => store.messages.length, { timeout: 10_000 }).toBeGreaterThan(0)
    isWrong = false
    const before = names.length
    await expect.poll(() => names.length, { timeout: 10_000 }).toBeGreaterThan(before)
    await delay(50)
    expect((await stop()).failures).toEqual([])
    expect(store.messages[0]).toMatch(
      /options\.redisCredentials: new credentials can't be used: Redis at 127\.0\.0\.1:\d+ refused them; the present ones stay in use/,
    )
    expect(store.messages.join()).not.toMatch(/hunter2|secret/)
  })

  test('whose password is in a file is admitted with the new one when Redis refuses the old one', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'password-')), 'password')
    onTestFinished(() => rmSync(dirname(path), { recursive: true }))
    const setPassword = async (password: string): Promise<void> => {
      writeFileSync(path, `${password}\n`)
      await own.redis.call(
        'ACL',
        'SETUSER',
        'filed',
        'reset',
        'on',
        `>${password}`,
        '~*',
        '&*',
        '+@all',
      )
    }
    await setPassword('first')
    const url = `${own.server.url.replace('//', '//filed@')}?password-file=${path}`
    const store = await openStore(url)
    await setPassword('second')
    await own.redis.call('CLIENT', 'KILL', 'USER', 'filed')
    await expect
      .poll(() => store.select(everything).then(() => 'well', String), { timeout: 10_000 })
      .toBe('well')
    expect(store.messages).toEqual([])
  })

  test('is no fault where Redis needs no password', async () => {
    let asked = 0
    const store = await openStore(own.server.url, {
      credentials: () => {
        asked += 1
        return { password: `unneeded-${asked}`, expiresAt: Date.now() + 300 }
      },
    })
    await expect.poll(() => asked).toBeGreaterThan(2)
    expect(store.messages).toEqual([])
  })

  test('may not be given beside a user in the URL', async () => {
    const url = own.server.url.replace('//', '//me:hunter2@')
    const opening = openStore(url, { credentials: { password: 'p' } })
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('hunter2'),
    })
  })
})
