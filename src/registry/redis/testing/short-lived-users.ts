import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import type { CredentialsProvider, RedisCredentials } from '../../credentials.ts'
import type { RegistryStore } from '../../store.ts'
import { everything, request } from '../../testing/store.contract.ts'

/** How long credentials live, in ms. */
const LIFE_MS = 400

/** Users that live for a moment: each call makes another one, and deletes the one before the last. */
export function usersOn(servers: readonly Redis[], lifeMs: number | null = LIFE_MS) {
  const names: string[] = []
  const edit = (...rules: readonly string[]) =>
    Promise.all(servers.map((server) => server.call('ACL', 'SETUSER', ...rules)))
  const remove = async (name: string): Promise<void> => {
    await Promise.all(servers.map((server) => server.call('ACL', 'DELUSER', name)))
  }
  const provider: CredentialsProvider<RedisCredentials> = async () => {
    const username = `user-${names.length}`
    await edit(username, 'on', `>secret-${username}`, '~*', '&*', '+@all')
    const before = names.at(-2)
    if (before !== undefined) await remove(before)
    names.push(username)
    const expiresAt = lifeMs === null ? {} : { expiresAt: Date.now() + lifeMs }
    return { username, password: `secret-${username}`, ...expiresAt }
  }
  return { names, provider, remove }
}

/** Writes and reads until told to stop; resolves to the number of calls, and those that failed. */
export function callAll(store: RegistryStore) {
  const over = new AbortController()
  const failures: unknown[] = []
  let calls = 0
  const call = async (lane: number): Promise<void> => {
    while (!over.signal.aborted) {
      calls += 2
      const identity = `user-${lane}.${calls % 50}`
      try {
        await store.register(request(identity, { replace: true }))
        await store.select(everything)
      } catch (error) {
        failures.push(error)
        await delay(20)
      }
    }
  }
  const lanes = [0, 1, 2, 3].map(call)
  onTestFinished(() => over.abort())
  return async () => {
    over.abort()
    await Promise.all(lanes)
    return { calls, failures }
  }
}
