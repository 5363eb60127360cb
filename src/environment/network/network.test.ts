import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerBackends } from '../backends.ts'
import { openNetwork, type Network } from './network.ts'
import { routedBackends, targetsOf } from './routed-backends.ts'

const SERVERS: ServerBackends = {
  kind: 'external',
  redisUrl: 'redis://user:p%40ss@redis.example:6380/2',
  natsUrls: ['nats://one.example', 'nats://[::1]:4333'],
  redisVersion: '7.0.15',
  natsVersion: '2.9.10',
  configurationHash: null,
}

test('an address keeps its credentials and database by way of a proxy', () => {
  expect(targetsOf(SERVERS)).toEqual({
    redis: [{ host: 'redis.example', port: 6380 }],
    nats: [
      { host: 'one.example', port: 4222 },
      { host: '::1', port: 4333 },
    ],
  })
  const { redisUrl, natsUrls } = routedBackends(SERVERS, { redis: [7001], nats: [7002, 7003] })
  expect(redisUrl).toBe('redis://user:p%40ss@127.0.0.1:7001/2')
  expect(natsUrls).toEqual(['nats://127.0.0.1:7002', 'nats://127.0.0.1:7003'])
})

test('connections by TLS and those of no real server have an error that says so', async () => {
  expect(() => targetsOf({ ...SERVERS, redisUrl: 'rediss://redis.example' })).toThrow(
    "connections to redis.example can't be cut or slowed",
  )
  await expect(openNetwork({ kind: 'memory', notice: '' })).rejects.toThrow(
    'no real server is measured. Choose one with --backend',
  )
})

describe('a network', () => {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  let network: Network
  let port: number

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
  })
  afterAll(async () => {
    await network.close()
    server.close()
  })

  async function opened(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
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
    await network.nats.cut()
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
