import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startRedisProgram } from '../../environment/programs.ts'
import { everything, request } from '../testing/store.contract.ts'
import { connectRedisStore } from './redis-store.ts'

const hasProgram = findProgram('redis-server') !== undefined
const namespace = 'test'

test('an address without a listener is UNAVAILABLE, by name', async () => {
  const { port, close } = await listen(() => {})
  await close()
  await expect(
    connectRedisStore({ url: `redis://user:hunter2@127.0.0.1:${port}`, namespace }),
  ).rejects.toMatchObject({
    name: 'RegistryError',
    code: 'UNAVAILABLE',
    message: `Redis is unreachable at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}.`,
  })
})

test('a server that accepts and stays silent is UNAVAILABLE after the timeout', async () => {
  const { port, close } = await listen(() => {})
  onTestFinished(close)
  const url = `redis://127.0.0.1:${port}`
  await expect(connectRedisStore({ url, namespace, connectTimeoutMs: 200 })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(`:${port}: .*200`),
  })
})

test('a server that hangs up is UNAVAILABLE', async () => {
  const { port, close } = await listen((socket) => socket.destroy())
  onTestFinished(close)
  await expect(
    connectRedisStore({ url: `redis://127.0.0.1:${port}`, namespace }),
  ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test.for([
  '',
  'nonsense',
  'http://127.0.0.1',
  'redis://h/x',
  'redis://:hunter2/x@host',
  'redis://:hunter2%zz@host',
])('an invalid URL is INVALID_ARGUMENT, and is not repeated: %j', async (url) => {
  const error: unknown = await connectRedisStore({ url, namespace }).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(String(error)).not.toContain('hunter2')
})

test('options without url and nodes are INVALID_ARGUMENT', async () => {
  await expect(connectRedisStore({ namespace })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

describe.skipIf(!hasProgram)('A connection (needs redis-server on the PATH)', () => {
  test('to a database that the server lacks is UNAVAILABLE, also after reconnecting, and never database 0', async () => {
    const server = await startRedisProgram()
    onTestFinished(() => server.stop())
    const url = `${server.url}/3`
    const store = await connectRedisStore({ url, namespace })
    onTestFinished(() => store.close())
    await store.register(request('alice'))
    await expect(connectRedisStore({ url: `${server.url}/99`, namespace })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('DB index is out of range'),
    })
    process.kill(server.pid)
    await server.ended
    await server.startAgain(['--databases', '2'])
    const outcomes = new Set<string>()
    // The client reconnects within a second.
    for (let tries = 0; tries < 30; tries += 1) {
      outcomes.add(await store.register(request('bob')).then(() => 'registered', String))
      await delay(50)
    }
    expect([...outcomes].join()).not.toContain('registered')
  })

  test('with a wrong password is UNAVAILABLE, without the password anywhere in the error', async () => {
    const server = await startRedisProgram({ extraArgs: ['--requirepass', 'correct-horse'] })
    onTestFinished(() => server.stop())
    const url = `redis://:hunter2@127.0.0.1:${server.port}`
    const error: unknown = await connectRedisStore({ url, namespace }).catch((thrown) => thrown)
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(`127.0.0.1:${server.port}: WRONGPASS`),
    })
    expect(error).not.toHaveProperty('cause')
    expect(String(error)).not.toContain('hunter2')
    const noPassword = connectRedisStore({ url: server.url, namespace })
    await expect(noPassword).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('NOAUTH'),
    })
    const store = await connectRedisStore({
      url: `redis://:correct-horse@127.0.0.1:${server.port}/3`,
      namespace,
    })
    await store.register(request('alice'))
    await store.close()
  })

  test('takes the first of several servers that answers', async () => {
    const server = await startRedisProgram()
    onTestFinished(() => server.stop())
    const { port, close } = await listen(() => {})
    await close()
    const nodes = [`redis://127.0.0.1:${port}`, server.url]
    const store = await connectRedisStore({ nodes, namespace })
    await store.register(request('alice'))
    expect(await store.select(everything)).toHaveLength(1)
    await store.close()
  })

  test('fails calls in progress when the server stops answering, then recovers', async () => {
    const server = await startRedisProgram()
    onTestFinished(() => server.stop())
    const store = await connectRedisStore({ url: server.url, namespace, connectTimeoutMs: 300 })
    onTestFinished(() => store.close())
    await store.register(request('alice'))
    process.kill(server.pid, 'SIGSTOP')
    const pending = [
      store.register(request('bob')),
      store.select(everything),
      store.unregister('alice'),
    ]
    const outcomes = await Promise.allSettled(pending)
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
    }
    process.kill(server.pid, 'SIGCONT')
    await expect
      .poll(() => store.select(everything).catch(() => 'away'), { timeout: 10_000 })
      .toBeInstanceOf(Array)
  })

  test('queues nothing while the server is away', async () => {
    const server = await startRedisProgram()
    const store = await connectRedisStore({ url: server.url, namespace })
    onTestFinished(() => store.close())
    await store.register(request('alice'))
    await server.stop()
    await store.unregister('alice').catch(() => {})
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, n) => store.register(request(`user-${n}`))),
    )
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(store.register(request('bob'))).rejects.toThrow(
      `The connection to Redis at 127.0.0.1:${server.port} is down; nothing was sent. Reconnecting.`,
    )
    const again = await startRedisProgram({ port: server.port })
    onTestFinished(() => again.stop())
    await expect
      .poll(() => store.select(everything).catch(() => 'away'), { timeout: 10_000 })
      .toEqual([])
  })

  test('closes while the server is away', async () => {
    const server = await startRedisProgram()
    const store = await connectRedisStore({ url: server.url, namespace })
    await server.stop()
    await store.close()
    await expect(store.select(everything)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

/** A TCP server on a free port. */
async function listen(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port, close }
}
