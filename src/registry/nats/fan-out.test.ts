import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { Messenger, SendOptions } from '../messenger.ts'
import { connectNatsMessenger } from './nats-messenger.ts'

const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 2_000, receipts: true }
const AT_LEAST_ONCE: SendOptions = { ...AT_MOST_ONCE, delivery: 'at-least-once' }
const backends = inject('backends')
const natsUrls = backends.kind === 'memory' ? [] : backends.natsUrls

function prefix(): string {
  return `test-${crypto.randomUUID()}`
}

function messageOf(bytes: number) {
  return { id: crypto.randomUUID(), payload: new Uint8Array(bytes) }
}

async function connectMessenger(namespace: string): Promise<Messenger> {
  const messenger = await connectNatsMessenger({ servers: natsUrls, namespace })
  onTestFinished(() => messenger.close())
  return messenger
}

async function connectPlainClient(): Promise<NatsConnection> {
  const nats = await connect({ servers: [...natsUrls] })
  onTestFinished(() => nats.close())
  return nats
}

async function startGatewayProcess(namespace: string, identities: number) {
  const program = fileURLToPath(new URL('testing/gateway-process.ts', import.meta.url))
  const child = fork(program, [natsUrls[0] ?? '', namespace, `${identities}`])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [gateway] = await once(child, 'message')
  return { child, gateway: String(gateway) }
}

describe.skipIf(backends.kind === 'memory')('a plain NATS client', () => {
  test('takes part as an identity: reads the payload, and any reply is its receipt', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    const received: Msg[] = []
    plain.subscribe(`prism.multicast.${namespace}.lamp`, {
      callback: (_, message) => {
        received.push(message)
        message.respond('thanks')
      },
    })
    await plain.flush()
    const message = { id: 'm1', payload: new TextEncoder().encode('on') }
    const statuses = await sender.send(message, [{ identity: 'lamp', gateway: null }], AT_MOST_ONCE)
    expect(statuses.get('lamp')).toBe('DELIVERED')
    expect(received.map((each) => each.string())).toEqual(['on'])
    expect(received[0]?.headers?.get('Prism-Message-Id')).toBe('m1')
  })

  test('may refuse with a header, and times out if it is silent', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    const refusal = headers()
    refusal.set('Prism-Error', 'out of paper')
    plain.subscribe(`prism.multicast.${namespace}.printer`, {
      callback: (_, message) => void message.respond('', { headers: refusal }),
    })
    plain.subscribe(`prism.multicast.${namespace}.mute`, { callback: () => {} })
    await plain.flush()
    const targets = ['printer', 'mute'].map((identity) => ({ identity, gateway: null }))
    const statuses = await sender.send(messageOf(1), targets, { ...AT_MOST_ONCE, timeoutMs: 300 })
    expect(Object.fromEntries(statuses)).toEqual({ printer: 'FAILED', mute: 'TIMEOUT' })
  })

  test('reaches a hosted identity by its subject, without a gateway', async () => {
    const namespace = prefix()
    const host = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    await host.subscribe('a', ({ payload, id }) => {
      if (payload.length !== 2 || id === '') throw new Error('wrong')
    })
    const reply = await plain.request(`prism.multicast.${namespace}.a`, 'hi')
    expect(reply.headers?.has('Prism-Error') ?? false).toBe(false)
  })

  test('gets an error for an invalid gateway message', async () => {
    const host = await connectMessenger(prefix())
    const plain = await connectPlainClient()
    const reply = await plain.request(host.gateway, 'hi')
    expect(reply.headers?.get('Prism-Error')).toMatch('not a message of wire format 2')
  })
})

describe.skipIf(backends.kind === 'memory')('resends', () => {
  test('go only to targets without a receipt, with the same id, and stop at the timeout', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    const got: Record<string, string[]> = { quick: [], mute: [] }
    plain.subscribe(`prism.multicast.${namespace}.*`, {
      callback: (_, message) => {
        const identity = message.subject.split('.').at(-1) ?? ''
        got[identity]?.push(message.headers?.get('Prism-Message-Id') ?? '')
        if (identity === 'quick') message.respond()
      },
    })
    await plain.flush()
    const message = messageOf(1)
    const targets = ['quick', 'mute'].map((identity) => ({ identity, gateway: null }))
    const statuses = await sender.send(message, targets, { ...AT_LEAST_ONCE, timeoutMs: 900 })
    expect(Object.fromEntries(statuses)).toEqual({ quick: 'DELIVERED', mute: 'TIMEOUT' })
    expect(got['quick']).toEqual([message.id])
    expect(got['mute']?.length).toBeGreaterThan(1)
    expect(new Set(got['mute'])).toEqual(new Set([message.id]))
    const sentInTime = got['mute']?.length
    await delay(900)
    expect(got['mute']?.length).toBe(sentInTime)
  })

  test('never happen under at-most-once', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    let copies = 0
    plain.subscribe(`prism.multicast.${namespace}.mute`, { callback: () => void (copies += 1) })
    await plain.flush()
    const targets = [{ identity: 'mute', gateway: null }]
    const options = { ...AT_MOST_ONCE, timeoutMs: 900 }
    const statuses = await sender.send(messageOf(1), targets, options)
    expect(statuses.get('mute')).toBe('TIMEOUT')
    expect(copies).toBe(1)
  })

  test('with lost receipts get another receipt without being handled again', async () => {
    const host = await connectMessenger(prefix())
    const plain = await connectPlainClient()
    let calls = 0
    await host.subscribe('a', () => void (calls += 1))
    const requestHeaders = headers()
    requestHeaders.set('Prism-Message-Id', 'm1')
    requestHeaders.set('Prism-Resendable', '1')
    requestHeaders.set('Prism-Wire', '2')
    requestHeaders.set('Prism-Payload-Bytes', '2')
    requestHeaders.set('Prism-Recipients', '1')
    for (let copy = 0; copy < 3; copy += 1) {
      const reply = await plain.request(host.gateway, 'hia', {
        headers: requestHeaders,
        timeout: 2_000,
      })
      expect(reply.string()).toBe('prism-receipt/2 1\nhandled 0')
    }
    expect(calls).toBe(1)
  })
})

describe.skipIf(backends.kind === 'memory')('the server limit', () => {
  test('splits the targets of a gateway, and every target gets the whole payload', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const host = await connectMessenger(namespace)
    const plain = await connectPlainClient()
    const maxPayloadBytes = plain.info?.max_payload ?? 0
    let gatewayMessages = 0
    plain.subscribe(host.gateway, { callback: () => void (gatewayMessages += 1) })
    const lengths = new Set<number>()
    // Enough messages of maximum size that the sender must wait for receipts.
    const identities = Array.from({ length: 500 }, (_, n) => `user-${n}`)
    await Promise.all(
      identities.map((identity) =>
        host.subscribe(identity, ({ payload }) => void lengths.add(payload.length)),
      ),
    )
    await plain.flush()
    const message = messageOf(maxPayloadBytes - 400)
    const targets = identities.map((identity) => ({ identity, gateway: host.gateway }))
    const statuses = await sender.send(message, targets, { ...AT_MOST_ONCE, timeoutMs: 20_000 })
    expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
    expect(lengths).toEqual(new Set([message.payload.length]))
    await plain.flush()
    expect(gatewayMessages).toBeGreaterThan(8)
  })

  test('makes a payload that can never fit an invalid argument', async () => {
    const sender = await connectMessenger(prefix())
    const targets = [{ identity: 'a', gateway: null }]
    await expect(
      sender.send(messageOf(64 * 1024 * 1024), targets, AT_MOST_ONCE),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})

describe.skipIf(backends.kind === 'memory')('a gateway whose process', () => {
  test('hangs during a multicast has TIMEOUT targets, and others are unaffected', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const host = await connectMessenger(namespace)
    await host.subscribe('fine', () => {})
    const { child, gateway } = await startGatewayProcess(namespace, 10)
    const targets = [
      { identity: 'fine', gateway: host.gateway },
      ...Array.from({ length: 10 }, (_, n) => ({ identity: `user-${n}`, gateway })),
    ]
    const before = await sender.send(messageOf(1), targets, AT_MOST_ONCE)
    expect(new Set(before.values())).toEqual(new Set(['DELIVERED']))

    child.kill('SIGSTOP')
    const statuses = await sender.send(messageOf(1), targets, { ...AT_MOST_ONCE, timeoutMs: 500 })
    expect(statuses.get('fine')).toBe('DELIVERED')
    expect(targets.slice(1).map(({ identity }) => statuses.get(identity))).toEqual(
      Array.from({ length: 10 }, () => 'TIMEOUT'),
    )
  })

  test('is killed has FAILED and no DELIVERED targets, and others are unaffected', async () => {
    const namespace = prefix()
    const sender = await connectMessenger(namespace)
    const host = await connectMessenger(namespace)
    await host.subscribe('fine', () => {})
    const { child, gateway } = await startGatewayProcess(namespace, 10)
    const targets = [
      { identity: 'fine', gateway: host.gateway },
      ...Array.from({ length: 10 }, (_, n) => ({ identity: `user-${n}`, gateway })),
    ]
    child.kill('SIGSTOP')
    const sending = sender.send(messageOf(1), targets, { ...AT_MOST_ONCE, timeoutMs: 700 })
    child.kill('SIGKILL')
    const during = await sending
    expect(during.get('fine')).toBe('DELIVERED')
    expect([...during.values()].filter((status) => status === 'DELIVERED')).toHaveLength(1)

    const after = await sender.send(messageOf(1), targets, AT_MOST_ONCE)
    expect(after.get('fine')).toBe('DELIVERED')
    expect([...after.values()].filter((status) => status === 'FAILED')).toHaveLength(10)
  })
})
