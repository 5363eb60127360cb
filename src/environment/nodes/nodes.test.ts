import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerBackends } from '../backends.ts'
import { missingPrograms } from '../programs.ts'
import { startBackends, type StartedBackends } from '../start-backends.ts'
import { FaultableNodes } from './faultable-nodes.ts'
import { NatsNodes } from './nats-nodes.ts'
import { orderNodes } from './order-nodes.ts'
import { RedisNodes, refusalOf } from './redis-nodes.ts'

describe.runIf(missingPrograms() === undefined)('servers of a run', () => {
  let stop: StartedBackends['stop'] = async () => {}
  let backends: ServerBackends
  let controlPath: string
  let redis: RedisNodes
  let nats: NatsNodes

  beforeAll(async () => {
    const started = await startBackends({ choice: 'programs', onProgress: () => {} })
    stop = started.stop
    if (started.backends.kind === 'memory') throw new Error('no servers')
    backends = started.backends
    const nodes = await new FaultableNodes(backends).use()
    controlPath = nodes.controlPath
    redis = new RedisNodes(nodes)
    nats = new NatsNodes(nodes)
  })
  afterAll(() => stop())

  const restored = () => orderNodes(controlPath, { action: 'restore' })

  async function withRedis<Answer>(use: (client: Redis) => Promise<Answer>): Promise<Answer> {
    const client = new Redis(backends.redisUrl, { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => {})
    try {
      await client.connect()
      return await use(client)
    } finally {
      client.disconnect()
    }
  }

  test('have names and addresses, and their control is for this user only', () => {
    expect(backends.started?.nodes).toMatchObject([
      { name: 'redis-1', server: 'redis', address: backends.redisUrl.slice('redis://'.length) },
      { name: 'nats-1', server: 'nats' },
    ])
    expect(statSync(dirname(controlPath)).mode & 0o777).toBe(0o700)
  })

  test('a Redis that is killed is down until it is restarted, with what it had on disk', async () => {
    await withRedis((client) => client.set('kept', 'yes'))
    // Redis writes to disk once per second.
    await withRedis((client) => client.config('SET', 'appendfsync', 'always'))
    await withRedis((client) => client.set('last', 'yes'))
    const primary = redis.primaryOf('orders')
    expect(await primary.kill()).toMatch(/^redis-1 at 127\.0\.0\.1:\d+$/)
    await expect(withRedis((client) => client.ping())).rejects.toThrow()
    await primary.restart('kept')
    expect(await withRedis((client) => client.mget('kept', 'last'))).toEqual(['yes', 'yes'])
  })

  test('a restart keeps the data of a running Redis, or loses it', async () => {
    await withRedis((client) => client.set('here', 'yes'))
    await redis.node(1).restart('kept')
    expect(await withRedis((client) => client.get('here'))).toBe('yes')
    await redis.node(1).restart('lost')
    expect(await withRedis((client) => client.dbsize())).toBe(0)
  })

  test('a paused Redis answers again when it is continued', async () => {
    await redis.node(1).pause()
    let hasAnswered = false
    const answer = withRedis((client) => client.ping()).then((pong) => {
      hasAnswered = true
      return pong
    })
    await orderNodes(controlPath, { action: 'resume', node: 'nats-1' })
    expect(hasAnswered).toBe(false)
    await redis.node(1).resume()
    expect(await answer).toBe('PONG')
  })

  test('a drained NATS tells its clients, and ends', async () => {
    const client = await connect({ servers: [...backends.natsUrls], reconnect: false })
    const closed = client.closed()
    await nats.node(1).drain()
    await closed
    await expect(connect({ servers: [...backends.natsUrls], reconnect: false })).rejects.toThrow()
    await restored()
    await (await connect({ servers: [...backends.natsUrls] })).close()
  })

  test('restoring starts what is down, continues what is paused, and ends writing to disk', async () => {
    await redis.all.kill()
    await nats.all.pause()
    await restored()
    expect(await withRedis((client) => client.config('GET', 'appendonly'))).toContain('no')
    await (await connect({ servers: [...backends.natsUrls] })).close()
  })

  test('what a single server is unable to do is refused with the remedy', async () => {
    await expect(redis.primaryOf('orders').failover()).rejects.toThrow('--backend cluster')
    await expect(nats.node(1).partition()).rejects.toThrow('a cluster of local programs')
    expect(() => nats.node(2)).toThrow('nats.node(2): there is one server, counted from 1')
  })

  test.for([
    [
      'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE',
      "redis-1 at a:1 is down, so it can't hand over to redis-4: a replica takes over by itself",
    ],
    [
      'ERR You should send CLUSTER FAILOVER to a replica',
      'redis-4 at b:2 refused to become the primary: ERR You should send',
    ],
  ])('a refused failover says what to do: %s', ([reply, message]) => {
    const [primary, replica] = [
      { name: 'redis-1', address: 'a:1' },
      { name: 'redis-4', address: 'b:2' },
    ]
    expect(refusalOf(new Error(reply), primary, replica).message).toContain(message)
  })

  test.for([
    ['nonsense', 'not a valid one'],
    ['{}', 'not a valid one'],
    ['{"action":"kill"}', 'not a valid one'],
    ['{"action":"kill","node":"redis-2"}', 'no node of that name'],
    ['{"action":"rm -rf","node":"redis-1"}', 'not a valid one'],
    ['{"action":"kill","node":"redis-1","signal":"SIGKILL"}', 'not a valid one'],
    ['x'.repeat(10_000), 'at most 4096 bytes'],
  ])('the control refuses %s', async ([order = '', reason]) => {
    const connection = connectSocket(controlPath)
    connection.write(`${order}\n`)
    expect(await text(connection)).toContain(reason)
    await withRedis((client) => client.ping())
  })

  test('the control survives who hangs up', async () => {
    const connection = connectSocket(controlPath)
    connection.write('{"action":"rest')
    connection.destroy()
    await once(connection, 'close')
    await restored()
  })

  test('the control is gone with the servers', async () => {
    await stop()
    expect(existsSync(dirname(controlPath))).toBe(false)
    await expect(restored()).rejects.toThrow('is gone')
  })
})

test.for([
  { kind: 'memory', notice: '' } as const,
  {
    kind: 'external',
    redisUrl: 'redis://127.0.0.1:1',
    natsUrls: [],
    redisVersion: '7',
    natsVersion: '2',
    configurationHash: null,
  } as const,
])('servers that were not started for the run are left alone: $kind', async (backends) => {
  const refused = new FaultableNodes(backends).use()
  await expect(refused).rejects.toMatchObject({ name: 'InputError' })
  await expect(refused).rejects.toThrow('--backend programs, containers or cluster')
})
