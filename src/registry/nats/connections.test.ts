import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { bareNats } from '../../environment/bare-clients.ts'
import { missingPrograms, startNatsProgram } from '../../environment/programs.ts'
import { checkNats } from '../../environment/server-checks.ts'
import type { Messenger, SendOptions } from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import { ConnectionPool } from './connections.ts'
import { findPatternHosts } from './pattern-hosts.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { type NatsMessengerOptions } from './messenger-options.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from './subjects.ts'

const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 2_000, receipts: true }
const missing = missingPrograms()
const subjects = new Subjects(DEFAULT_SUBJECT_PREFIX, 'test')
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function startServer(options: { port?: number; extraArgs?: readonly string[] } = {}) {
  const server = await startNatsProgram(options)
  onTestFinished(() => server.stop())
  return server
}

type Options = Omit<NatsMessengerOptions, 'namespace'>

const connectIn = (options: Options) => connectNatsMessenger({ namespace: 'test', ...options })

async function connect(options: Options): Promise<Messenger> {
  const messenger = await connectIn(options)
  onTestFinished(() => messenger.close())
  return messenger
}

async function statusOf(sender: Messenger, host: Messenger, identity: string) {
  const message = { id: crypto.randomUUID(), payload: new Uint8Array(1) }
  const statuses = await sender.send(message, [{ identity, gateway: host.gateway }], AT_MOST_ONCE)
  return statuses.get(identity)
}

/** The host and port of a TCP server that accepts connections and stays silent. */
async function silentServer(): Promise<string> {
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server of a cluster that refuses everybody, and counts connections. */
async function refusingServer({ afterMs = 0 } = {}) {
  let attempts = 0
  const server = createServer((socket) => {
    attempts += 1
    const names = JSON.stringify([host, host.replace('127.0.0.1', 'localhost')])
    socket.write(`INFO {"server_id":"x","version":"2.9.10","connect_urls":${names}}\r\n`)
    socket.on('error', () => {})
    socket.once('data', () => {
      setTimeout(() => socket.end("-ERR 'Authorization Violation'\r\n"), afterMs)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, attempts: () => attempts }
}

/** A proxy to a server that can lose data. */
async function startLossyProxy(port: number) {
  const sockets = new Set<Socket>()
  let swallow: ((lost: string) => void) | null = null
  const proxy = createServer((client) => {
    const server = connectSocket(port, '127.0.0.1')
    server.pipe(client)
    client.on('data', (data) => {
      if (swallow === null) server.write(data)
      else swallow(data.toString('latin1'))
    })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => [client, server].forEach((each) => each.destroy()))
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cut = (): void => sockets.forEach((socket) => socket.destroy())
  onTestFinished(() => {
    proxy.close()
    cut()
  })
  return {
    url: `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    /** Drops all data from now on; once `text` is dropped, cuts the connection; the next one works. */
    loseUntil: (text: string): void => {
      let lost = ''
      swallow = (more) => {
        lost += more
        if (!lost.includes(text)) return
        swallow = null
        cut()
      }
    },
  }
}

describe('connecting to NATS', () => {
  test('a server that refuses connections is UNAVAILABLE, with its host and port', async () => {
    const connecting = connectIn({ servers: ['nats://ann:s3cret@127.0.0.1:1'] })
    const error = await connecting.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'UNAVAILABLE' })
    expect(String(error)).toContain('127.0.0.1:1 ')
    expect(String(error)).not.toContain('s3cret')
  })

  test('a silent server is UNAVAILABLE after the timeout', async () => {
    const host = await silentServer()
    const connecting = connectIn({ servers: [host], connectTimeoutMs: 200 })
    await expect(connecting).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(host),
    })
  })

  test('credentials in the URL are used, and wrong ones are UNAVAILABLE', async () => {
    const server = await startServer({ extraArgs: ['--user', 'ann', '--pass', 'p@ss'] })
    const host = `127.0.0.1:${server.port}`
    await connect({ servers: [`nats://ann:p%40ss@${host}`] })
    const refused = await connectIn({ servers: [`nats://ann:s3cret@${host}`] }).catch(
      (reason: unknown) => reason,
    )
    expect(refused).toMatchObject({ code: 'UNAVAILABLE' })
    expect(String(refused)).toMatch(`${host} `)
    expect(String(refused)).toMatch('refused the credentials')
    expect(String(refused)).not.toContain('s3cret')
  })

  test('a refusal by a server that names its cluster is told, and the client ends', async () => {
    const server = await refusingServer()
    const attempt = connectIn({ servers: [server.host], connectTimeoutMs: 2_000 })
    await expect(attempt).rejects.toThrow('refused the credentials')
    await expect(checkNats([server.host])).rejects.toThrow('refused the user or password')
    await expect(bareNats([server.host])).rejects.toThrow('Authorization Violation')
    const attempts = server.attempts()
    await delay(300)
    expect(server.attempts()).toBe(attempts)
    expect(attempts).toBeLessThan(10)
  })

  test('a client whose first connection is late does not go on', async () => {
    const server = await refusingServer({ afterMs: 150 })
    const attempt = connectIn({ servers: [server.host], connectTimeoutMs: 100 })
    await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await delay(300)
    const attempts = server.attempts()
    await delay(500)
    expect(server.attempts()).toBe(attempts)
  })

  test.each([
    { what: 'no connection at all', options: { connections: 0 } },
    { what: 'half a connection', options: { connections: 1.5 } },
    { what: 'a gateway name of two words', options: { gatewayName: 'a.b' } },
    {
      what: 'a gateway with two names',
      options: { gatewayName: 'a', durability: { gatewayName: 'b' } },
    },
    { what: 'a prefix with a wildcard', options: { subjectPrefix: 'a.*' } },
    { what: 'a prefix with an empty word', options: { subjectPrefix: 'a..b' } },
  ])('$what is an invalid argument', async ({ options }) => {
    const connecting = connectIn({ servers: ['127.0.0.1:1'], ...options })
    await expect(connecting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test('one server of several may be down', async () => {
    const server = await startServer()
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const messenger = await connect({ servers: ['127.0.0.1:1', server.url], connections: 2 })
      await messenger.subscribe('a', () => {})
      expect(await statusOf(messenger, messenger, 'a')).toBe('DELIVERED')
    }
  })
})

describe('losing the NATS server', () => {
  test('fails sends at once, and recovers when the server is back', async () => {
    const server = await startServer()
    const sender = await connect({ servers: [server.url], connections: 2 })
    const host = await connect({ servers: [server.url], connections: 2 })
    await host.subscribe('a', () => {})
    expect(await statusOf(sender, host, 'a')).toBe('DELIVERED')

    await server.stop()
    await expect
      .poll(() => statusOf(sender, host, 'a').catch((error: unknown) => error))
      .toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining(`127.0.0.1:${server.port}`),
      })

    await startServer({ port: server.port })
    await expect
      .poll(() => statusOf(sender, host, 'a').catch(() => 'UNAVAILABLE'), { timeout: 10_000 })
      .toBe('DELIVERED')
  })

  test('is reported, as is its return; a named gateway and its pattern work again', async () => {
    const server = await startServer()
    const changes: boolean[] = []
    const host = await connect({
      servers: [server.url],
      connections: 2,
      gatewayName: 'named',
      onUpChange: (up) => void changes.push(up),
    })
    await host.subscribeMatching('*', () => {})
    const sender = await connect({ servers: [server.url] })
    expect(await statusOf(sender, host, 'a')).toBe('DELIVERED')
    await server.stop()
    await expect.poll(() => changes).toEqual([false])
    const again = await startServer({ port: server.port })
    await expect.poll(() => changes).toEqual([false, true])
    await expect
      .poll(() => statusOf(sender, host, 'a').catch(() => 'UNAVAILABLE'), { timeout: 10_000 })
      .toBe('DELIVERED')
    await expect
      .poll(() => findPatternHosts([again.url], subjects))
      .toEqual([{ gateway: host.gateway, pattern: '*' }])
    await host.close()
    expect(changes).toEqual([false, true])
    expect(await findPatternHosts([again.url], subjects)).toEqual([])
  })

  test('at-least-once waits for the server and delivers when it is back in time', async () => {
    const server = await startServer()
    const sender = await connect({ servers: [server.url] })
    const host = await connect({ servers: [server.url] })
    const ids: string[] = []
    await host.subscribe('a', ({ id }) => void ids.push(id))
    await server.stop()
    const sending = sender.send(
      { id: 'm1', payload: new Uint8Array(1) },
      [{ identity: 'a', gateway: host.gateway }],
      { delivery: 'at-least-once', timeoutMs: 15_000, receipts: true },
    )
    await delay(300)
    await startServer({ port: server.port })
    expect((await sending).get('a')).toBe('DELIVERED')
    expect(ids).toEqual(['m1'])
  })

  test('a send in progress ends within its timeout', async () => {
    const server = await startServer()
    const sender = await connect({ servers: [server.url] })
    const host = await connect({ servers: [server.url] })
    const started = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    onTestFinished(() => finish.resolve())
    await host.subscribe('a', () => {
      started.resolve()
      return finish.promise
    })
    const sending = sender.send(
      { id: 'm1', payload: new Uint8Array(1) },
      [{ identity: 'a', gateway: host.gateway }],
      { ...AT_MOST_ONCE, timeoutMs: 500 },
    )
    await started.promise
    await server.stop()
    expect((await sending).get('a')).toBe('TIMEOUT')
  })

  test('reports no message in flight as PENDING, even after reconnecting', async () => {
    const server = await startServer()
    const proxy = await startLossyProxy(server.port)
    const sender = await connect({ servers: [proxy.url] })
    const host = await connect({ servers: [server.url] })
    let arrived = 0
    await host.subscribeMatching('*', () => void (arrived += 1))
    const targets = Array.from({ length: 2_000 }, (_, n) => ({ identity: `u${n}`, gateway: null }))
    proxy.loseUntil('PING')
    const statuses = await sender.send({ id: 'm1', payload: new Uint8Array(1) }, targets, {
      ...AT_MOST_ONCE,
      timeoutMs: 10_000,
      receipts: false,
    })
    const pending = [...statuses.values()].filter((status) => status === 'PENDING').length
    await expect.poll(() => arrived, { timeout: 10_000 }).toBeGreaterThanOrEqual(pending)
    expect(new Set(statuses.values())).not.toContain('DELIVERED')
  })

  test('closing does not wait for a lost server', async () => {
    const server = await startServer()
    const messenger = await connectIn({ servers: [server.url] })
    await messenger.subscribe('a', () => {})
    await server.stop()
    await messenger.close()
    await expect(messenger.subscribe('b', () => {})).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

/** A server where `ann` has no permission for subjects below `secret`, or for the denied ones. */
async function startGuardedServer(
  denied = 'publish: { deny: "*.*.secret" }, subscribe: { deny: "*.*.secret" }',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-permissions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'nats.conf')
  writeFileSync(
    config,
    `authorization { users: [{
      user: ann, password: pw,
      permissions: { ${denied} }
    }] }`,
  )
  const server = await startServer({ extraArgs: ['--config', config] })
  return `nats://ann:pw@127.0.0.1:${server.port}`
}

describe('a NATS account', () => {
  test('may not publish to one subject: its target fails at once, and no other', async () => {
    const messenger = await connect({ servers: [await startGuardedServer()], subjectPrefix: 'p' })
    await messenger.subscribe('open', () => {})
    const targets = ['secret', 'open'].map((identity) => ({ identity, gateway: null }))
    const message = { id: 'm1', payload: new Uint8Array(1) }
    const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
    const statuses = await messenger.send(message, targets, options)
    expect(Object.fromEntries(statuses)).toEqual({ secret: 'FAILED', open: 'DELIVERED' })
  })

  test('may not publish to many subjects: the cost does not grow with its subscriptions', async () => {
    const url = await startGuardedServer('publish: { deny: "secret.>" }')
    const pool = await ConnectionPool.open({
      servers: [url],
      connections: 1,
      connectTimeoutMs: 5_000,
      inboxPrefix: '_INBOX.test',
      warnings: new Warnings(() => {}),
    })
    onTestFinished(() => pool.close())
    const connection = pool.pick()
    let lookedAt = 0
    for (let n = 0; n < 100; n += 1) {
      const subscription = connection?.nats.subscribe(`open.${n}`) ?? {}
      const looked = { get: () => void (lookedAt += 1) }
      Object.defineProperty(subscription, 'requestSubject', looked)
    }
    const refused: string[] = []
    connection?.inbox.open({
      onReply: () => {},
      onRefused: (subject) => refused.push(subject),
    })
    for (let n = 0; n < 100; n += 1) connection?.nats.publish(`secret.${n}`)
    await expect.poll(() => refused).toHaveLength(100)
    expect(lookedAt).toBe(0)
  })

  test('may not subscribe: it gets an error, and the identity is not hosted', async () => {
    const messenger = await connect({ servers: [await startGuardedServer()], subjectPrefix: 'p' })
    await expect(messenger.subscribe('secret', () => {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('p.test.secret'),
    })
    expect(messenger.hosts('secret')).toBe(false)
  })

  test('may not receive replies: it cannot connect or request pattern hosts', async () => {
    const url = await startGuardedServer('subscribe: { deny: "_INBOX.>" }')
    const refusal = { code: 'UNAVAILABLE', message: expect.stringContaining('_INBOX.test.>') }
    await expect(connectIn({ servers: [url] })).rejects.toMatchObject(refusal)
    await expect(findPatternHosts([url], subjects)).rejects.toMatchObject(refusal)
  })

  test('may not reply: it gets a warning, because its senders receive nothing', async () => {
    const told: string[] = []
    const host = await connect({
      servers: [await startGuardedServer('publish: { deny: "_INBOX.>" }')],
      warnings: new Warnings(({ code, message }) => told.push(`${code} ${message}`)),
    })
    await host.subscribe('a', () => {})
    const message = { id: 'm1', payload: new Uint8Array(1) }
    const targets = [{ identity: 'a', gateway: host.gateway }]
    const statuses = await host.send(message, targets, { ...AT_MOST_ONCE, timeoutMs: 500 })
    expect(statuses.get('a')).toBe('TIMEOUT')
    await expect.poll(() => told).toEqual([expect.stringMatching(/^PERMISSION_DENIED .*"_INBOX\./)])
  })
})
