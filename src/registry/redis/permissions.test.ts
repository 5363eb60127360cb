import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import type { RegistryStore } from '../store.ts'
import { Warnings } from '../warnings.ts'
import { nextOf, watch } from '../testing/open-watch.ts'
import { connectRedisStore } from './redis-store.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'orders'
/** Longer than the time between two checks of a reader. */
const CHECKS_MS = 150

/** The documented rules in `docs/backends.md`, split into words. */
const documented = /^ACL SETUSER .*$/m
  .exec(readFileSync(new URL('../../../docs/backends.md', import.meta.url), 'utf8'))?.[0]
  .split(' ')
  .slice(2)

describe.skipIf(!hasProgram)('A restricted user (needs redis-server on the PATH)', () => {
  const [user = '', ...rules] = documented ?? []
  let server: ServerProgram
  let admin: Redis

  beforeAll(async () => {
    server = await startRedisProgram()
    admin = new Redis(server.url)
  })

  afterAll(async () => {
    await admin.quit()
    await server.stop()
  })

  const permit = async (allowed: readonly string[]) => {
    await admin.flushall()
    await admin.script('FLUSH')
    await admin.acl('SETUSER', user, 'reset', ...allowed, '>secret')
    await admin.acl('LOG', 'RESET')
  }
  const url = () => `redis://${user}:secret@127.0.0.1:${server.port}`
  const denials = async () => {
    const log: unknown = await admin.acl('LOG')
    return JSON.stringify(log)
  }

  test('can do everything with the documented rules, which cover every command in use', async () => {
    await permit(rules)
    await doEverything(url(), admin)
    expect(await denials()).toBe('[]')
  })

  test.for(rules.filter((rule) => rule.startsWith('+') && rule !== '+info'))(
    'needs %s',
    async (rule) => {
      await permit(rules.filter((other) => other !== rule))
      await doEverything(url(), admin).catch(() => {})
      expect(await denials()).not.toBe('[]')
    },
  )

  test.each(['info', 'xlen'])(
    'can work without permission for %s, and each store asks once',
    async (command) => {
      await permit(rules.filter((rule) => rule !== `+${command}`))
      await doEverything(url(), admin)
      const log: unknown = await admin.acl('LOG')
      expect(JSON.stringify(log)).toContain(command)
      await admin.acl('LOG', 'RESET')
      const store = await connectRedisStore({ url: url(), namespace })
      await store.select(everything)
      await sleep(CHECKS_MS)
      await store.select(everything)
      await admin.acl('LOG', 'RESET')
      await sleep(CHECKS_MS)
      await store.select(everything)
      await store.close()
      expect(await denials()).toBe('[]')
    },
  )

  test('can read with read-only permissions', async () => {
    await permit(rules)
    const writer = await connectRedisStore({ url: url(), namespace })
    await writer.register(request('alice'))
    await writer.close()
    await admin.acl('SETUSER', user, '-@write', '+del')
    const reader = await connectRedisStore({ url: url(), namespace })
    expect(await reader.select(everything)).toMatchObject([{ identity: 'alice' }])
    await expect(reader.register(request('bob'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await reader.close()
  })
})

/** Watches until an event for a later change, which proves that the watch waited for one. */
async function watchAndResume(store: RegistryStore): Promise<void> {
  const events = watch(store, { initial: false })
  const { token } = await nextOf(events)
  await store.register(request('watched'))
  await nextOf(events)
  await events.return?.()
  const resumed = watch(store, { from: token })
  await nextOf(resumed)
  await resumed.return?.()
  await store.unregister('watched')
}

/** Runs each operation of a store, and each repair of lost keys. */
async function doEverything(url: string, admin: Redis): Promise<void> {
  const warnings = new Warnings(() => {})
  const options = { url, namespace, warnings }
  const store = await connectRedisStore({ ...options, maxIdentities: 10 })
  const scan = await connectRedisStore({ ...options, strategy: 'scan' })
  try {
    for (const identity of ['a', 'b', 'c', 'd']) await store.register(request(identity))
    const { registeredAt } = await store.register(request('e', { ttlMs: 0, gateway: 'g-1' }))
    await store.register(request('a', { replace: true }))
    await store.heartbeat('a', 60_000)
    await store.heartbeat('a', 0)
    await store.moveTo({ identity: 'e', registeredAt, gateway: 'g-1' }, 'g-2')
    await store.unregister('b')
    await store.register(request('brief', { ttlMs: 1 }))
    expect(await store.select(everything)).toEqual(await scan.select(everything))
    await watchAndResume(store)
    await admin.del(`${namespace}:c`)
    await store.heartbeat('c', 1000).catch(() => {})
    await admin.zrem(`${namespace}:~index`, 'd')
    await store.register(request('d')).catch(() => {})
    await admin.del(`${namespace}:~index`, `${namespace}:~log`)
    expect(await store.select(everything)).toEqual(await scan.select(everything))
    await admin.del(`${namespace}:d`)
    const limited = await connectRedisStore({ ...options, maxIdentities: 1 })
    await limited.select(everything)
    await limited.register(request('f')).catch(() => {})
    await limited.close()
    await new Promise((resolve) => setTimeout(resolve, 110))
    await store.register(request('g'))
    await store.clear()
    expect(await admin.keys('*')).toEqual([])
  } finally {
    await Promise.all([store.close(), scan.close()])
  }
}
