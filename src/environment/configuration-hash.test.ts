import { expect, test } from 'vitest'
import { configurationHash, type ServerConfiguration } from './configuration-hash.ts'
import { missingPrograms, startNatsProgram, startRedisProgram } from './programs.ts'
import { startBackends } from './start-backends.ts'

const redis: ServerConfiguration = { port: '6379', dir: '/a', 'io-threads': '1', requirepass: '' }
const nats: ServerConfiguration = { port: 4222, server_id: 'A', max_payload: 1, jetstream: true }
const hash = configurationHash([redis], [nats])

test.each<readonly [string, ServerConfiguration, ServerConfiguration]>([
  ['a port', { port: '6380', 'tls-port': '0' }, { port: 4223 }],
  ['a folder or a file', { dir: '/b', pidfile: '/c', 'tls-cert-file': 'x', dbfilename: 'd' }, {}],
  ['an id or an address', { 'replica-announce-ip': '::' }, { server_id: 'B', client_ip: '::1' }],
  ['whether a disabled setting is listed', {}, { tls_required: false }],
])('the hash ignores %s', (_, redisChange, natsChange) => {
  expect(configurationHash([{ ...redis, ...redisChange }], [{ ...nats, ...natsChange }])).toBe(hash)
})

test.each<readonly [string, ServerConfiguration, ServerConfiguration]>([
  ['a setting of Redis', { 'io-threads': '4' }, {}],
  ['whether Redis asks for a password', { requirepass: 'x' }, {}],
  ['a setting of NATS', {}, { max_payload: 2 }],
  ['whether NATS is clustered', {}, { cluster: 'C1' }],
])('the hash depends on %s', (_, redisChange, natsChange) => {
  expect(configurationHash([{ ...redis, ...redisChange }], [{ ...nats, ...natsChange }])).not.toBe(
    hash,
  )
})

test('the hash ignores the order of settings and the password itself', () => {
  const reversed = Object.fromEntries(Object.entries(redis).toReversed())
  expect(configurationHash([reversed], [nats])).toBe(hash)
  const hashes = ['hunter2', 'open-sesame'].map((requirepass) =>
    configurationHash([{ ...redis, requirepass }], [nats]),
  )
  expect(new Set(hashes).size).toBe(1)
})

test('servers started alike have the same hash, a server configured differently another', async ({
  skip,
}) => {
  const missing = missingPrograms()
  skip(missing !== undefined, missing)
  const [usual, other, shared] = await Promise.all([
    startRedisProgram(),
    startRedisProgram({ extraArgs: ['--io-threads', '2'] }),
    startNatsProgram(),
  ])
  const hashOf = async (redisUrl: string) => {
    const choice = { choice: 'external', redisUrl, natsUrl: shared.url, onProgress() {} } as const
    const { backends } = await startBackends(choice)
    return backends.kind === 'memory' ? null : backends.configurationHash
  }
  const started = await startBackends({ choice: 'programs', onProgress() {} })
  const { backends } = started
  if (backends.kind === 'memory') throw new Error('no servers')
  const usualHash = await hashOf(usual.url)
  expect(usualHash).toMatch(/^[0-9a-f]{16}$/)
  expect(backends.configurationHash).toBe(usualHash)
  expect(await hashOf(other.url)).not.toBe(usualHash)
  await Promise.all([usual.stop(), other.stop(), shared.stop(), started.stop()])
})

test('nodes of a cluster are told apart only by their settings', () => {
  const follower = { ...redis, replicaof: '10.0.0.1 6379' }
  const cluster = configurationHash([redis, follower, redis], [nats, nats])
  expect(configurationHash([follower, redis, redis], [nats, nats])).toBe(cluster)
  expect(configurationHash([redis, redis, redis], [nats, nats])).not.toBe(cluster)
  expect(configurationHash([redis, follower], [nats, nats])).not.toBe(cluster)
})
