import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  missingPrograms,
  startRedisProgram,
  type ServerProgram,
} from '../../src/environment/programs.ts'
import { FaultProxy } from './proxy.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

let server: ServerProgram | null = null
beforeAll(async () => {
  if (missing === undefined) server = await startRedisProgram()
})
afterAll(() => server?.stop())

let proxy: FaultProxy
let redis: Redis
beforeEach(async () => {
  proxy = await FaultProxy.before(server?.port ?? 0)
  redis = new Redis(proxy.port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  await redis.connect()
})
afterEach(() => {
  redis?.disconnect()
  proxy?.close()
})

test('forwards commands and answers', async () => {
  await redis.set('key', 'value')
  expect(await redis.get('key')).toBe('value')
})

test('answers every command with an error until told otherwise', async () => {
  await proxy.answer('LOADING not yet')
  await expect(Promise.all([redis.get('key'), redis.get('key')])).rejects.toThrow('LOADING not yet')
  await proxy.answer(null)
  expect(await redis.ping()).toBe('PONG')
})

test('holds commands until released', async () => {
  proxy.hold(true)
  let isAnswered = false
  const answer = redis.ping().finally(() => {
    isAnswered = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isAnswered).toBe(false)
  proxy.hold(false)
  expect(await answer).toBe('PONG')
})

test('cuts connections and refuses new ones until mended', async () => {
  const other = redis.duplicate()
  other.on('error', () => {})
  proxy.cut()
  await expect(redis.ping()).rejects.toThrow()
  await expect(other.connect()).rejects.toThrow()
  proxy.mend()
  const again = redis.duplicate()
  await again.connect()
  expect(await again.ping()).toBe('PONG')
  again.disconnect()
  other.disconnect()
})
