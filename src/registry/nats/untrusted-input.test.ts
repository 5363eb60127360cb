import { connect } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startNatsProgram } from '../../environment/programs.ts'
import type { Messenger, SendOptions } from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import { ConnectionPool } from './connections.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { type NatsMessengerOptions } from './messenger-options.ts'
import { findPatternHosts } from './pattern-hosts.ts'
import { Subjects } from './subjects.ts'
import { Fuzz } from './testing/fuzz.ts'
import { headerOf, RawClient } from './testing/raw-client.ts'

const namespace = 'test'
const subjects = new Subjects('prism.multicast', namespace)
const OPTIONS: SendOptions = { delivery: 'at-most-once', timeoutMs: 60_000, receipts: true }
const UNREADABLE = headerOf('bad key: v')
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function startServer(): Promise<string> {
  const server = await startNatsProgram()
  onTestFinished(() => server.stop())
  return server.url
}

async function connectTo(
  url: string,
  options: Partial<NatsMessengerOptions> = {},
): Promise<{ messenger: Messenger; warnings: Warnings }> {
  const warnings = new Warnings(() => {})
  const messenger = await connectNatsMessenger({ servers: [url], namespace, warnings, ...options })
  onTestFinished(() => messenger.close())
  return { messenger, warnings }
}

function messageOf(text: string) {
  return { id: crypto.randomUUID(), payload: Buffer.from(text) }
}

/** Listens to these subjects. */
async function spyOn(url: string, ...heard: readonly string[]): Promise<() => Promise<string[]>> {
  const nats = await connect({ servers: [url] })
  onTestFinished(() => nats.close())
  const received: string[] = []
  for (const subject of heard) {
    nats.subscribe(subject, { callback: (_, message) => void received.push(message.subject) })
  }
  await nats.flush()
  return async () => {
    await nats.flush()
    return received
  }
}

/** A host of `a` and of all `user-*`, a sender, and an attacker's client. */
async function startHost() {
  const url = await startServer()
  const { messenger: host, warnings } = await connectTo(url)
  const { messenger: sender } = await connectTo(url)
  const payloads: string[] = []
  const hear = ({ payload }: { payload: Uint8Array }): void => {
    payloads.push(Buffer.from(payload).toString())
  }
  await host.subscribe('a', hear)
  await host.subscribeMatching('user-*', hear)
  const raw = await RawClient.connect(url)
  /** Sends by every route, and checks outcomes and arrivals. */
  const expectSound = async (text: string): Promise<void> => {
    const targets = ['a', 'user-1', 'nobody']
    const answers = [host.gateway, null].map((gateway) =>
      sender.send(
        messageOf(text),
        targets.slice(0, gateway === null ? 2 : 3).map((identity) => ({ identity, gateway })),
        OPTIONS,
      ),
    )
    const [byGateway, bySubject] = await Promise.all(answers)
    expect(Object.fromEntries(byGateway ?? [])).toEqual({
      a: 'DELIVERED',
      'user-1': 'DELIVERED',
      nobody: 'FAILED',
    })
    expect(Object.fromEntries(bySubject ?? [])).toEqual({ a: 'DELIVERED', 'user-1': 'DELIVERED' })
    expect(payloads.filter((each) => each === text)).toHaveLength(4)
  }
  return { url, host, sender, warnings, payloads, raw, expectSound }
}

describe('a message with undecodable headers', () => {
  test.each([
    ['the own subject of an identity', () => subjects.identity('a')],
    ['a subject that a pattern covers', () => subjects.identity('user-7')],
    ['the gateway', (host: Messenger) => host.gateway],
  ])('to %s is refused and counted, and everything else keeps working', async (_, subjectOf) => {
    const { host, warnings, payloads, raw, expectSound } = await startHost()
    raw.publish(subjectOf(host), { header: UNREADABLE, body: 'poison', reply: '_INBOX.x.y' })
    await raw.flush()
    await expectSound('after')
    expect(payloads).not.toContain('poison')
    expect([...warnings.counts]).toEqual([['MALFORMED_MESSAGE', 1]])
  })

  test('does not stop answers to requests for pattern hosts', async () => {
    const { url, host, raw } = await startHost()
    raw.publish(subjects.patternHosts(), { header: UNREADABLE, reply: '_INBOX.x.y' })
    await raw.flush()
    expect(await findPatternHosts([url], subjects)).toEqual([
      { gateway: host.gateway, pattern: 'user-*' },
    ])
  })

  test('is ignored as a receipt, and the sender still receives others', async () => {
    const { url, host, raw } = await startHost()
    const { messenger: sender, warnings } = await connectTo(url)
    raw.subscribe(subjects.identity('lamp'))
    await raw.flush()
    const targets = ['a', 'lamp'].map((identity) => ({ identity, gateway: null }))
    const sending = sender.send(messageOf('x'), targets, { ...OPTIONS, timeoutMs: 700 })
    raw.publish(await raw.nextReplySubject(), { header: UNREADABLE, body: 'thanks' })
    expect(Object.fromEntries(await sending)).toEqual({ a: 'DELIVERED', lamp: 'TIMEOUT' })
    expect([...warnings.counts]).toEqual([['MALFORMED_RECEIPT', 1]])
    const again = await sender.send(
      messageOf('x'),
      [{ identity: 'a', gateway: host.gateway }],
      OPTIONS,
    )
    expect(again.get('a')).toBe('DELIVERED')
  })

  test("is ignored as a reply to the library's own requests, and the next reply counts", async () => {
    const url = await startServer()
    const pool = await ConnectionPool.open({
      servers: [url],
      connections: 1,
      connectTimeoutMs: 5_000,
      inboxPrefix: '_INBOX.test',
    })
    onTestFinished(() => pool.close())
    const raw = await RawClient.connect(url)
    raw.subscribe('api')
    await raw.flush()
    const asking = pool.pick()?.nats.request('api', 'x', { timeout: 60_000 })
    const reply = await raw.nextReplySubject()
    raw.publish(reply, { header: UNREADABLE })
    raw.publish(reply, { body: 'good' })
    expect((await asking)?.string()).toBe('good')
  })
})

describe('a reply subject that is not an inbox', () => {
  test.each([
    ['the own subject of an identity', () => subjects.identity('a')],
    ['a subject that a pattern covers', () => subjects.identity('user-7')],
    ['the gateway', (host: Messenger) => host.gateway],
    ['the question for hosts', () => subjects.patternHosts()],
  ])('gets nothing from %s', async (_, subjectOf) => {
    const { url, host, warnings, raw, expectSound } = await startHost()
    const foreign = ['payments.execute', '_INBOX', '_INBOXES.x', subjects.identity('user-9')]
    const heard = await spyOn(url, ...foreign)
    for (const reply of foreign) raw.publish(subjectOf(host), { body: 'x', reply })
    await raw.flush()
    await expectSound('after')
    expect(await heard()).toEqual([])
    expect(warnings.counts.get('FOREIGN_REPLY_SUBJECT')).toBe(foreign.length)
  })
})

describe('a copy of a message without a valid id', () => {
  test.each([
    ['no id', []],
    ['an empty id', ['Prism-Message-Id: ']],
    ['an id of two words', ['Prism-Message-Id: a b']],
    ['an id that is too long', [`Prism-Message-Id: ${'x'.repeat(129)}`]],
  ])('with %s is refused, so no message is confused with another', async (_, lines) => {
    const { host, payloads, warnings, raw, expectSound } = await startHost()
    const gatewayLines = ['Prism-Wire: 2', 'Prism-Payload-Bytes: 5', 'Prism-Recipients: 1']
    const header = headerOf('Prism-Resendable: 1', ...lines)
    raw.publish(subjects.identity('a'), { header, body: 'first' })
    raw.publish(host.gateway, {
      header: headerOf('Prism-Resendable: 1', ...gatewayLines, ...lines),
      body: 'firsta',
    })
    await raw.flush()
    await expectSound('after')
    expect(payloads).not.toContain('first')
    expect([...warnings.counts]).toEqual([['MALFORMED_MESSAGE', 2]])
  })
})

test('answers of pattern hosts that name foreign gateways or no valid pattern are ignored', async () => {
  const { url, host, raw } = await startHost()
  const answers = [
    { gateway: 'payments.execute', pattern: '*' },
    { gateway: subjects.gateway('other'), pattern: 'a..b' },
    { gateway: subjects.gateway('other'), pattern: 'x'.repeat(300) },
    { gateway: subjects.gateway('other') },
    { gateway: new Subjects('prism.multicast', 'theirs').gateway('other'), pattern: '*' },
    ['gateway', 'pattern'],
    null,
  ]
  raw.subscribe(subjects.patternHosts())
  await raw.flush()
  const finding = findPatternHosts([url], subjects)
  const reply = await raw.nextReplySubject()
  raw.publish(reply, { header: UNREADABLE, body: '{}' })
  raw.publish(reply, { body: 'x'.repeat(100_000) })
  for (const answer of answers) raw.publish(reply, { body: JSON.stringify(answer) })
  raw.publish(reply, { body: JSON.stringify({ gateway: subjects.gateway('b'), pattern: 'b-*' }) })
  const found = await finding
  expect(found).toHaveLength(2)
  expect(found).toContainEqual({ gateway: host.gateway, pattern: 'user-*' })
  expect(found).toContainEqual({ gateway: subjects.gateway('b'), pattern: 'b-*' })
})

describe('after any frames sent', () => {
  const FRAMES = 60_000
  const BETWEEN_CHECKS = 6_000

  test(`a host goes on as before (${FRAMES} frames to its subjects)`, async () => {
    const { url, host, raw, expectSound } = await startHost()
    const heard = await spyOn(url, 'forbidden.>')
    const fuzz = new Fuzz(20_260_101)
    const targets = [
      subjects.identity('a'),
      subjects.identity('user-1'),
      subjects.identity('user-\u0001'),
      host.gateway,
      host.gateway,
      subjects.patternHosts(),
    ] as const
    for (let sent = 1; sent <= FRAMES; sent += 1) {
      raw.publish(fuzz.oneOf(targets), fuzz.message())
      if (sent % 500 === 0) await raw.flush()
      if (sent % BETWEEN_CHECKS === 0) await expectSound(`check ${sent}`)
    }
    expect(await heard()).toEqual([])
  }, 120_000)

  test(`a sender reports no wrong status (${FRAMES} frames as receipts)`, async () => {
    const { url } = await startHost()
    const { messenger: sender } = await connectTo(url)
    const raw = await RawClient.connect(url)
    const gateway = subjects.gateway('raw')
    raw.subscribe(gateway)
    await raw.flush()
    const fuzz = new Fuzz(20_260_102)
    const REPLIES = 1_000
    for (let sent = 0; sent < FRAMES; sent += REPLIES) {
      const targets = ['x', 'y', 'z'].map((identity) => ({ identity, gateway }))
      const sending = sender.send(messageOf('x'), targets, OPTIONS)
      const reply = await raw.nextReplySubject()
      for (let each = 0; each < REPLIES; each += 1) {
        const subject = each % 4 === 0 ? reply.replace(/\d+$/, fuzz.word()) : reply
        raw.publish(subject, fuzz.receipt(3))
      }
      raw.publish(reply, { body: 'prism-receipt/2 3\nhandled 0,2\nrefused 1' })
      const statuses = Object.fromEntries(await sending)
      expect(statuses).toEqual({ x: 'DELIVERED', y: 'FAILED', z: 'DELIVERED' })
    }
  }, 120_000)
})
