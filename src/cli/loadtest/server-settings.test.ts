import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serverSettings } from './server-settings.ts'

const NOTHING = { REDIS_URL: '', NATS_URL: '', BENCH_BACKEND: '' }

test('without flags, the environment names the servers', () => {
  expect(serverSettings({}, {})).toEqual(NOTHING)
  expect(serverSettings({ backend: 'memory' }, { BENCH_BACKEND: 'programs' })).toEqual({
    ...NOTHING,
    BENCH_BACKEND: 'memory',
  })
  const env = { REDIS_URL: 'redis://a', NATS_URL: 'nats://b', BENCH_BACKEND: 'programs' }
  expect(serverSettings({}, env)).toEqual(env)
  expect(serverSettings({ redisPassword: '' }, {})).toEqual(NOTHING)
})

test.each([
  [{ redisAddr: 'h:1' }, {}, 'redis://h:1', 'nats://localhost:4222'],
  [{ natsServers: 'a:1, b:2' }, {}, 'redis://localhost:6379', 'nats://a:1,nats://b:2'],
  [{ redisDb: '3' }, {}, 'redis://localhost:6379/3', 'nats://localhost:4222'],
  [
    { redisDb: '3' },
    { REDIS_URL: 'redis://u:p@h/1', NATS_URL: 'c:3' },
    'redis://u:p@h:6379/3',
    'nats://c:3',
  ],
  [
    { redisAddr: 'h:1' },
    { REDIS_URL: 'redis://u:p@other', NATS_URL: '' },
    'redis://h:1',
    'nats://localhost:4222',
  ],
])('%j with %j: the environment or the default fills in the rest', (flags, env, redis, nats) => {
  expect(serverSettings(flags, { BENCH_BACKEND: 'programs', ...env })).toEqual({
    REDIS_URL: redis,
    NATS_URL: nats,
    BENCH_BACKEND: 'external',
  })
})

test('passes any password unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (redisPassword) => {
      const { REDIS_URL } = serverSettings({ redisAddr: 'h:1', redisPassword }, {})
      const { hostname, port, password } = new URL(REDIS_URL)
      expect([hostname, port, decodeURIComponent(password)]).toEqual(['h', '1', redisPassword])
    }),
  )
})

test.each([
  [{ redisAddr: 'redis://:secret@h:port' }, /^--redis-addr is not a Redis address/],
  [{ natsServers: 'nats://u:secret@h:port' }, /^--nats-servers is not a NATS address/],
  [{ redisDb: 'one' }, /^--redis-db: "one"/],
  [{ redisDb: '-1' }, /^--redis-db: "-1"/],
  [{ redisDb: '1', backend: 'containers' }, /^--backend containers starts its own servers/],
])('%j is refused without showing a secret', (flags, message) => {
  const read = (): unknown => serverSettings(flags, {})
  expect(read).toThrow(message)
  expect(read).not.toThrow(/secret/)
})
