import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerBackends } from '../backends.ts'
import { openNetwork, type Network } from './network.ts'
import { routedServers, targetsOf } from './routed-backends.ts'

const SERVERS: ServerBackends = {
  kind: 'external',
  redisUrl: 'redis://user:p%40ss@redis.example:6380/2',
  natsUrls: ['nats://one.example', 'nats://[::1]:4333'],
  redisVersion: '7.0.15',
  natsVersion: '2.9.10',
  configurationHash: null,
}

test('an address keeps its credentials and database by way of a proxy', () => {
  const targets = targetsOf(SERVERS, [])
  expect(targets).toEqual({
    redis: [{ host: 'redis.example', port: 6380 }],
    nats: [
      { host: 'one.example', port: 4222 },
      { host: '::1', port: 4333 },
    ],
  })
  const { backends } = routedServers(SERVERS, targets, { redis: [7001], nats: [7002, 7003] })
  const { redisUrl, natsUrls } = backends
  expect(redisUrl).toBe('redis://user:p%40ss@127.0.0.1:7001/2')
  expect(natsUrls).toEqual(['nats://127.0.0.1:7002', 'nats://127.0.0.1:7003'])
})

test('every node that a cluster announces has its proxy, also one that is in no address', () => {
  const cluster = { ...SERVERS, redisUrl: 'redis://127.0.0.1:6001,redis://127.0.0.1:6002' }
  const targets = targetsOf(cluster, ['127.0.0.1:6002', '127.0.0.1:6001', '::1:6003'])
  const { backends, redisAddressMap } = routedServers(cluster, targets, {
    redis: [7001, 7002, 7003],
    nats: [7004, 7005],
  })
  expect(backends.redisUrl).toBe('redis://127.0.0.1:7001,redis://127.0.0.1:7002')
  expect(redisAddressMap).toEqual({
    '127.0.0.1:6001': '127.0.0.1:7001',
    '127.0.0.1:6002': '127.0.0.1:7002',
    '[::1]:6003': '127.0.0.1:7003',
  })
})

test('connections by TLS, by Sentinel and those of no real server have an error that says so', async () => {
  expect(() => targetsOf({ ...SERVERS, redisUrl: 'rediss://redis.example' }, [])).toThrow(
    "connections to redis.example can't be cut or slowed",
  )
  const redisUrl = 'redis+sentinel://one.example,two.example/mymaster'
  await expect(openNetwork({ ...SERVERS, redisUrl })).rejects.toThrow(
    "connections to a Redis that Sentinel finds can't be cut or slowed",
  )
  await expect(openNetwork({ kind: 'memory', notice: '' })).rejects.toThrow(
    'no real server is measured. Choose one with --backend',
  )
})

describe('a network', () => {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  let network: Network
  let port: number
  let natsPort: number

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    network = await openNetwork({
      ...SERVERS,
      redisUrl: `redis://127.0.0.1:${address.port}`,
      natsUrls: [`nats://127.0.0.1:${address.port}`],
    })
    port = Number(new URL(network.backends.redisUrl).port)
    natsPort = Number(new URL(network.backends.natsUrls[0] ?? '').port)
  })
  afterAll(async () => {
    await network.close()
    server.close()
  })

  async function opened(by = port): Promise<Socket> {
    const socket = connect(by, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  /** Unlike `once`, it resolves after an error, too. */
  function closing(socket: Socket): Promise<unknown> {
    return new Promise((resolve) => socket.once('close', resolve))
  }

  /** Sends a text, which comes back; returns how long that took, in ms. */
  async function echo(socket: Socket, text: string): Promise<number> {
    const sentMs = performance.now()
    socket.write(text)
    let back = ''
    while (back.length < text.length) {
      const [chunk]: unknown[] = await once(socket, 'data')
      back += String(chunk)
    }
    expect(back).toBe(text)
    return performance.now() - sentMs
  }

  test('that nothing has used has no connections to cut or slow', async () => {
    await expect(network.redis.cut()).rejects.toThrow('nothing has connected to Redis')
    await expect(network.nats.slow(5)).rejects.toThrow('nothing has connected to NATS')
    await network.nats.mend()
  })

  test('forwards both ways', async () => {
    const socket = await opened()
    await echo(socket, 'x'.repeat(1_000_000))
    socket.destroy()
  })

  test('adds a delay to each direction until mended, in order, also of open connections', async () => {
    const socket = await opened()
    await network.redis.slow(60)
    expect(await echo(socket, 'first')).toBeGreaterThanOrEqual(115)
    const [slowed] = await Promise.all([echo(socket, 'second'), network.redis.mend()])
    expect(slowed).toBeGreaterThan(0)
    socket.destroy()
  })

  test('ends connections and takes no new ones until mended', async () => {
    const socket = await opened()
    const closed = closing(socket)
    await network.redis.cut()
    await closed
    await closing(connect(port, '127.0.0.1').on('error', () => {}))
    await network.redis.mend()
    const again = await opened()
    await echo(again, 'back')
    again.destroy()
  })

  test('to one server is cut without the other', async () => {
    const other = await opened(natsPort)
    await echo(other, 'used')
    const closed = closing(other)
    await network.nats.cut()
    await closed
    const socket = await opened()
    await echo(socket, 'still here')
    await network.nats.mend()
    socket.destroy()
  })

  test('has no connections once it is closed', async () => {
    const socket = await opened()
    const closed = closing(socket)
    await network.close()
    await closed
    await network.close()
    await expect(network.redis.cut()).rejects.toThrow('network: the proxies failed')
  })
})
