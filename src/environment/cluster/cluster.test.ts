import { connect } from '@nats-io/transport-node'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectRedis } from '../../registry/redis/connect-redis.ts'
import { systemOf, type ServerBackends } from '../backends.ts'
import { FaultableNodes } from '../nodes/faultable-nodes.ts'
import { NatsNodes } from '../nodes/nats-nodes.ts'
import { RedisNodes } from '../nodes/redis-nodes.ts'
import { askRedis, placeOf, shardOf } from '../nodes/redis-role.ts'
import { findProgram, missingPrograms } from '../programs.ts'
import { checkRedis } from '../server-checks.ts'
import { startBackends, type StartedBackends } from '../start-backends.ts'

const canSeparate = process.getuid?.() === 0 && findProgram('iptables') !== undefined
const NAMESPACE = 'orders'

describe.runIf(missingPrograms() === undefined)('clusters of programs', { timeout: 60_000 }, () => {
  let stop: StartedBackends['stop'] = async () => {}
  let backends: ServerBackends
  let faultable: FaultableNodes
  let redis: RedisNodes
  let nats: NatsNodes

  beforeAll(async () => {
    const started = await startBackends({ choice: 'cluster', onProgress: () => {} })
    stop = started.stop
    if (started.backends.kind === 'memory') throw new Error('no servers')
    backends = started.backends
    faultable = new FaultableNodes(backends)
    const nodes = await faultable.use()
    redis = new RedisNodes(nodes)
    nats = new NatsNodes(nodes)
  }, 60_000)
  afterAll(() => stop())

  const shard = () => shardOf(redisNodes(), NAMESPACE)
  const redisNodes = () =>
    (backends.started?.nodes ?? []).filter(({ server }) => server === 'redis')

  async function write(key: string): Promise<void> {
    const { client } = await connectRedis(backends.redisUrl)
    try {
      await client.set(`${placeOf(NAMESPACE)}:${key}`, 'yes')
    } finally {
      client.disconnect()
    }
  }

  test('are whole, and say so', () => {
    const { redisVersion, natsVersion } = backends
    expect(systemOf(backends)).toMatchObject({
      kind: 'programs',
      servers: [
        { name: 'Redis', version: redisVersion, topology: 'cluster of 3 primaries and 3 replicas' },
        { name: 'NATS', version: natsVersion, topology: 'cluster of 3' },
      ],
      configurationHash: expect.stringMatching(/^[\da-f]{16}$/),
    })
  })

  test('one address is enough to find a Redis Cluster', async () => {
    const [first = ''] = backends.redisUrl.split(',')
    const { topology, configurations } = await checkRedis(first)
    expect(topology).toBe('cluster of 3 primaries and 3 replicas')
    expect(configurations).toHaveLength(6)
  })

  test('survive the loss of a primary and of a leader, which return as followers', async () => {
    await write('before')
    const { primary, replicas } = await shard()
    expect(replicas).toHaveLength(1)
    const client = await connect({ servers: [...backends.natsUrls] })
    onTestFinished(() => client.close())
    const admin = await jetstreamManager(client)
    const stream = `prism_multicast-durable-${NAMESPACE}`
    await admin.streams.add({ name: stream, subjects: ['kept.>'], num_replicas: 3 })
    await jetstream(client).publish('kept.1')

    const target = redis.primaryOf(NAMESPACE)
    expect(await target.kill()).toContain(primary.name)
    expect(await nats.leaderOf(NAMESPACE).kill()).toMatch(/^nats-\d/)
    await expect
      .poll(() => write('after').then(() => 'written', String), { timeout: 20_000 })
      .toBe('written')
    const now = await shard()
    expect(now.primary).toEqual(replicas[0])
    // The node that was killed, although another is the primary now.
    expect(await target.restart('kept')).toContain(primary.name)
    await faultable.restore()
    expect(await shard()).toMatchObject({ primary: now.primary, replicas: [primary] })
    expect(await askRedis(primary, (node) => node.info('keyspace'))).toContain('db0:keys=2')
    expect((await admin.streams.info(stream)).state.messages).toBe(1)
  })

  test('fail over by command', async () => {
    const { primary, replicas } = await shard()
    expect(await redis.primaryOf(NAMESPACE).failover()).toContain(`from ${primary.name}`)
    expect((await shard()).primary).toEqual(replicas[0])
    expect(await nats.leaderOf(NAMESPACE).failover()).toMatch(/^from nats-\d/)
    await faultable.restore()
  })

  if (canSeparate) {
    test('a primary that is separated is replaced, and clients still reach it', async () => {
      const { primary, replicas } = await shard()
      const target = redis.primaryOf(NAMESPACE)
      await target.partition()
      const others = redisNodes().filter(({ name }) => name !== primary.name)
      await expect
        .poll(async () => (await shardOf(others, NAMESPACE)).primary, { timeout: 20_000 })
        .toEqual(replicas[0])
      await expect.poll(() => askRedis(primary, (client) => client.ping())).toBe('PONG')
      await target.rejoin()
      await faultable.restore()
      expect(await shard()).toMatchObject({ replicas: [primary] })
    })
  }
})
