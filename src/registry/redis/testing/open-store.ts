import { onTestFinished } from 'vitest'
import { Warnings, type RegistryWarningCode } from '../../warnings.ts'
import { connectRedisStore } from '../redis-store.ts'
import { type RedisStoreOptions } from '../store-options.ts'

/** Opens a store of the namespace `test` until the test has finished; `warned` lists its warnings' codes. */
export async function openStore(url: string, options: Partial<RedisStoreOptions> = {}) {
  const warned: RegistryWarningCode[] = []
  const messages: string[] = []
  const warnings = new Warnings(({ code, message }) => {
    warned.push(code)
    messages.push(message)
  })
  const store = await connectRedisStore({ url, namespace: 'test', warnings, ...options })
  onTestFinished(() => store.close())
  return Object.assign(store, { warned, messages })
}
