import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  missingPrograms,
  type ProgramOptions,
  type ServerProgram,
  startNatsProgram,
} from '../../environment/programs.ts'
import type { DeliveryStatus, Messenger, SendOptions } from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { isPublishAck } from './receipt.ts'

const namespace = 'test'
const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 2_000, receipts: true }
const AT_LEAST_ONCE: SendOptions = { ...AT_MOST_ONCE, delivery: 'at-least-once' }
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function startServer(options: ProgramOptions = {}): Promise<ServerProgram> {
  const server = await startNatsProgram(options)
  onTestFinished(() => server.stop())
  return server
}

async function connectTo(url: string, warnings = new Warnings(() => {})): Promise<Messenger> {
  const messenger = await connectNatsMessenger({ servers: [url], namespace, warnings })
  onTestFinished(() => messenger.close())
  return messenger
}

async function connectPlainClient(url: string): Promise<NatsConnection> {
  const nats = await connect({ servers: [url] })
  onTestFinished(() => nats.close())
  return nats
}

/** A server with this `max_payload`, in bytes. */
async function startSmallServer(maxPayloadBytes: number): Promise<ServerProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-small-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'nats.conf')
  writeFileSync(config, `max_payload: ${maxPayloadBytes}`)
  return startServer({ extraArgs: ['--config', config] })
}

/** A proxy to a server whose connection can be cut. */
async function startProxy(port: number): Promise<{ url: string; cut: () => void }> {
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connectSocket(port, '127.0.0.1')
    client.pipe(server).pipe(client)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        server.destroy()
      })
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  return { url: `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`, cut }
}

const identities = Array.from({ length: 100 }, (_, n) => `user-${n}`)

function messageOf(bytes: number) {
  return { id: crypto.randomUUID(), payload: new Uint8Array(bytes) }
}

function namesOf(statuses: ReadonlyMap<string, DeliveryStatus>, wanted: DeliveryStatus) {
  return [...statuses].filter(([, status]) => status === wanted).map(([identity]) => identity)
}

/** Slow subscribers, of which only the first succeeds. */
async function hostSlowly(host: Messenger): Promise<{ started: Promise<void>; end: () => void }> {
  const started = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  onTestFinished(() => ended.resolve())
  await Promise.all(
    identities.map((identity, n) =>
      host.subscribe(identity, async () => {
        started.resolve()
        await ended.promise
        if (n > 0) throw new Error('no')
      }),
    ),
  )
  return { started: started.promise, end: ended.resolve }
}

describe('a target is DELIVERED only if its handler succeeded', () => {
  test.each([AT_MOST_ONCE, AT_LEAST_ONCE])(
    "even if the first receipt was lost with the receiver's connection: $delivery",
    async (options) => {
      const server = await startServer()
      const proxy = await startProxy(server.port)
      const sender = await connectTo(server.url)
      const host = await connectTo(proxy.url)
      const { started, end } = await hostSlowly(host)
      const targets = identities.map((identity) => ({ identity, gateway: host.gateway }))
      const sending = sender.send(messageOf(10), targets, { ...options, timeoutMs: 2_500 })
      await started
      proxy.cut()
      // Longer than a receiver delays its first receipt, and than a reconnect takes.
      await delay(1_000)
      end()
      const delivered = namesOf(await sending, 'DELIVERED')
      expect(delivered.filter((identity) => identity !== 'user-0')).toEqual([])
    },
  )

  test.each([AT_MOST_ONCE, AT_LEAST_ONCE])(
    'even if the first receipt was lost with the server: $delivery',
    async (options) => {
      const server = await startServer()
      const sender = await connectTo(server.url)
      const host = await connectTo(server.url)
      const { started, end } = await hostSlowly(host)
      const targets = identities.map((identity) => ({ identity, gateway: host.gateway }))
      const sending = sender.send(messageOf(10), targets, { ...options, timeoutMs: 3_500 })
      await started
      await server.stop()
      await startServer({ port: server.port })
      await delay(1_500)
      end()
      const delivered = namesOf(await sending, 'DELIVERED')
      expect(delivered.filter((identity) => identity !== 'user-0')).toEqual([])
    },
  )

  test('even if no receipt fits into one message', async () => {
    const server = await startSmallServer(512)
    const sender = await connectTo(server.url)
    const host = await connectTo(server.url)
    // Every other one, so a receipt is nearly as long as the names.
    await Promise.all(
      identities.map((identity, n) =>
        host.subscribe(identity, () => {
          if (n % 2 === 1) throw new Error('no')
        }),
      ),
    )
    const targets = identities.map((identity) => ({ identity, gateway: host.gateway }))
    const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
    const statuses = await sender.send(messageOf(10), targets, options)
    expect(namesOf(statuses, 'DELIVERED')).toEqual(identities.filter((_, n) => n % 2 === 0))
    expect(namesOf(statuses, 'FAILED')).toEqual(identities.filter((_, n) => n % 2 === 1))
  })

  test('even if late receipts arrive in parts', async () => {
    const server = await startSmallServer(512)
    const sender = await connectTo(server.url)
    const host = await connectTo(server.url)
    const { started, end } = await hostSlowly(host)
    const targets = identities.map((identity) => ({ identity, gateway: host.gateway }))
    const sending = sender.send(messageOf(10), targets, { ...AT_MOST_ONCE, timeoutMs: 2_000_000 })
    await started
    await delay(150)
    end()
    const statuses = await sending
    expect(namesOf(statuses, 'DELIVERED')).toEqual(['user-0'])
    expect(namesOf(statuses, 'FAILED')).toHaveLength(99)
  })
})

describe('a plain gateway', () => {
  const names = ['a', 'b', 'c']

  async function startGateway(answer: (message: Msg) => void) {
    const { url } = await startServer()
    const warnings = new Warnings(() => {})
    const sender = await connectTo(url, warnings)
    const plain = await connectPlainClient(url)
    const gateway = sender.gateway.replace(/[^.]+$/, 'plain')
    const messages: Msg[] = []
    plain.subscribe(gateway, {
      callback: (_, message) => {
        messages.push(message)
        answer(message)
      },
    })
    await plain.flush()
    const targets = names.map((identity) => ({ identity, gateway }))
    const send = async (options: SendOptions = { ...AT_MOST_ONCE, timeoutMs: 400 }) =>
      Object.fromEntries(await sender.send(messageOf(5), targets, options))
    return { send, messages, warnings }
  }

  test("receives the payload's length and the number of recipients", async () => {
    const { send, messages } = await startGateway((message) =>
      message.respond('prism-receipt/2 3\nhandled 0-2'),
    )
    expect(await send()).toEqual({ a: 'DELIVERED', b: 'DELIVERED', c: 'DELIVERED' })
    const [message] = messages
    expect(message?.headers?.get('Prism-Wire')).toBe('2')
    expect(message?.headers?.get('Prism-Payload-Bytes')).toBe('5')
    expect(message?.headers?.get('Prism-Recipients')).toBe('3')
    expect(message?.string().slice(5)).toBe('a\nb\nc')
  })

  test('may send several receipts, and recipients missing from all of them are TIMEOUT', async () => {
    const { send } = await startGateway((message) => {
      message.respond('prism-receipt/2 3')
      message.respond('prism-receipt/2 3\nrefused 1')
      message.respond('prism-receipt/2 3\nhandled 2')
    })
    expect(await send()).toEqual({ a: 'TIMEOUT', b: 'FAILED', c: 'DELIVERED' })
  })

  test.each([
    ['nothing', ''],
    ['what version 1 said', '-a\n?b'],
    ['a receipt for another message', 'prism-receipt/2 4\nhandled 0-3'],
    ['positions that the message does not have', 'prism-receipt/2 3\nhandled 0-3'],
    ['an acknowledgement of JetStream', '{"stream":"ORDERS","seq":1}'],
  ])('that replies %s confirms nothing', async (_, receipt) => {
    const { send, warnings } = await startGateway((message) => message.respond(receipt))
    expect(await send()).toEqual({ a: 'TIMEOUT', b: 'TIMEOUT', c: 'TIMEOUT' })
    expect([...warnings.counts]).toEqual([['MALFORMED_RECEIPT', 1]])
  })

  test('may refuse a whole message', async () => {
    const refusal = headers()
    refusal.set('Prism-Error', 'not now')
    const { send } = await startGateway((message) => message.respond('', { headers: refusal }))
    const options = { ...AT_MOST_ONCE, timeoutMs: 2_000_000 }
    expect(await send(options)).toEqual({ a: 'FAILED', b: 'FAILED', c: 'FAILED' })
  })
})

test('a silent gateway does not delay resends to others', async () => {
  const { url } = await startServer()
  const sender = await connectTo(url)
  const host = await connectTo(url)
  const plain = await connectPlainClient(url)
  const mute = sender.gateway.replace(/[^.]+$/, 'mute')
  let copies = 0
  plain.subscribe(mute, { callback: () => void (copies += 1) })
  await plain.flush()
  let attempts = 0
  await host.subscribe('quick', () => {
    attempts += 1
    if (attempts === 1) throw new Error('not yet')
  })
  // Enough messages of maximum size that the sender waits for the silent gateway's receipts.
  const maxPayloadBytes = plain.info?.max_payload ?? 0
  const targets = [
    { identity: 'quick', gateway: host.gateway },
    ...identities.map((identity) => ({ identity: identity + 'x'.repeat(80), gateway: mute })),
  ]
  const message = messageOf(maxPayloadBytes - 300)
  const statuses = await sender.send(message, targets, { ...AT_LEAST_ONCE, timeoutMs: 3_000 })
  expect(copies).toBeGreaterThan(8)
  expect(statuses.get('quick')).toBe('DELIVERED')
  expect(namesOf(statuses, 'TIMEOUT')).toHaveLength(identities.length)
})

describe('a stream that captures the subjects of identities', () => {
  test('is not a subscriber: without one, the status is TIMEOUT', async () => {
    const { url } = await startServer()
    const sender = await connectTo(url)
    const plain = await connectPlainClient(url)
    const streams = await jetstreamManager(plain)
    await streams.streams.add({ name: 'CAPTURE', subjects: [`prism.multicast.${namespace}.>`] })
    await sender.subscribe('hosted', () => {})
    const targets = ['hosted', 'nobody'].map((identity) => ({ identity, gateway: null }))
    const statuses = await sender.send(messageOf(1), targets, { ...AT_MOST_ONCE, timeoutMs: 500 })
    expect(Object.fromEntries(statuses)).toEqual({ hosted: 'DELIVERED', nobody: 'TIMEOUT' })
  })

  test.each([
    '{"stream":"ORDERS","seq":7}',
    '{"stream":"ORDERS","domain":"hub","seq":7,"duplicate":true}',
    '{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"ORDERS","seq":0}',
    '{"type":"io.nats.jetstream.api.v1.pub_ack_response","error":{"code":400,"err_code":10060}}',
  ])('answers with %s', (text) => {
    expect(isPublishAck(Buffer.from(text))).toBe(true)
  })

  test.each([
    '',
    'thanks',
    '{',
    '{}',
    '{"stream":1,"seq":1}',
    '{"seq":1}',
    '{"error":"no"}',
    '[1]',
  ])('does not answer with %j', (text) => {
    expect(isPublishAck(Buffer.from(text))).toBe(false)
  })
})
