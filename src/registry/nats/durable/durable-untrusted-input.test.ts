import { connect as connectSocket } from 'node:net'
import { once } from 'node:events'
import { jetstreamManager } from '@nats-io/jetstream'
import { headers, type NatsConnection } from '@nats-io/transport-node'
import { beforeEach, describe, expect, test } from 'vitest'
import { missingPrograms } from '../../../environment/programs.ts'
import {
  connect,
  connectAnyone,
  EXACTLY_ONCE,
  IMPATIENT,
  messageOf,
  startServer,
  SUBJECTS,
  targetsOf,
} from '../testing/durable-nats.ts'
import { encodeGatewayBody, gatewayHeaders, RECEIPT_TO_HEADER } from '../wire.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

/** A gateway that hosts `a`, a sender, and the outcome of a multicast. */
async function startPair(url: string) {
  const host = await connect(url, { gatewayName: 'orders' })
  let calls = 0
  await host.subscribe('a', () => void (calls += 1))
  const sender = await connect(url, {})
  const multicast = async () => {
    const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
    return statuses.get('a')
  }
  return { host, sender, multicast, calls: () => calls }
}

/** Sends bytes that no client library sends. */
async function publishRaw(port: number, frames: readonly string[]): Promise<void> {
  const socket = connectSocket(port, '127.0.0.1')
  socket.write(`CONNECT {"verbose":false,"headers":true}\r\n${frames.join('')}PING\r\n`)
  let said = ''
  while (!said.includes('PONG')) said += String((await once(socket, 'data'))[0])
  socket.destroy()
}

function frame(subject: string, headerBlock: string, body: string): string {
  const bytes = Buffer.byteLength(headerBlock)
  return `HPUB ${subject} ${bytes} ${bytes + Buffer.byteLength(body)}\r\n${headerBlock}${body}\r\n`
}

/** A valid message from a sender without this library. */
function publishForged(nats: NatsConnection, receiptTo: string): void {
  const marks = { id: 'forged', resendable: true, repeatable: false }
  const forged = gatewayHeaders(marks, 1, 1)
  forged.set(RECEIPT_TO_HEADER, receiptTo)
  nats.publish(SUBJECTS.durable('orders'), encodeGatewayBody(new Uint8Array(1), ['a']), {
    headers: forged,
  })
}

describe('an invalid message in the stream', () => {
  const START = 'NATS/1.0\r\n'
  test.each([
    { what: 'headers that are not valid', block: `${START}bad key: v\r\n\r\n`, body: 'hello' },
    { what: 'a header block without an end', block: `${START}a:b`, body: 'hello' },
    { what: 'no headers of ours', block: `${START}a: b\r\n\r\n`, body: 'hello' },
    {
      what: 'no id',
      block: `${START}Prism-Wire: 2\r\nPrism-Payload-Bytes: 1\r\nPrism-Recipients: 1\r\n\r\n`,
      body: 'xa',
    },
    {
      what: 'a payload longer than its body',
      block: `${START}Prism-Wire: 2\r\nPrism-Message-Id: m\r\nPrism-Payload-Bytes: 9\r\nPrism-Recipients: 1\r\n\r\n`,
      body: 'xa',
    },
    {
      what: 'another number of recipients',
      block: `${START}Prism-Wire: 2\r\nPrism-Message-Id: m\r\nPrism-Payload-Bytes: 1\r\nPrism-Recipients: 2\r\n\r\n`,
      body: 'xa',
    },
  ])('with $what is dropped and counted, and the next one is delivered', async (poison) => {
    const { url, port } = await startServer()
    const { host, multicast, calls } = await startPair(url)
    await publishRaw(port, [frame(SUBJECTS.durable('orders'), poison.block, poison.body)])
    await expect.poll(() => host.warned('MALFORMED_MESSAGE')).toBe(1)
    expect(await multicast()).toBe('DELIVERED')
    expect(calls()).toBe(1)
    const admin = await jetstreamManager(await connectAnyone(url))
    await expect
      .poll(() => admin.consumers.info(SUBJECTS.messagesStream, 'orders'))
      .toMatchObject({ num_ack_pending: 0 })
  })
})

test('an inbox longer than the server accepts does not cost the gateway its connection', async () => {
  const { url } = await startServer()
  const changes: boolean[] = []
  const host = await connect(
    url,
    { gatewayName: 'orders' },
    { onUpChange: (up) => changes.push(up) },
  )
  await host.subscribe('a', () => {})
  publishForged(await connectAnyone(url), `_INBOX.${'x'.repeat(8_000)}`)
  await expect.poll(() => host.warned('FOREIGN_REPLY_SUBJECT')).toBe(1)
  const sender = await connect(url, {})
  const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
  expect(statuses.get('a')).toBe('DELIVERED')
  expect(changes).toEqual([])
})

describe('receipts', () => {
  test.each(['$JS.API.STREAM.DELETE.ORDERS', 'orders.execute', '_INBOX', '_INBOX.*', '_INBOX.a b'])(
    'are not sent to %s',
    async (subject) => {
      const { url } = await startServer()
      const { host, multicast, calls } = await startPair(url)
      const nats = await connectAnyone(url)
      const admin = await jetstreamManager(nats)
      await admin.streams.add({ name: 'ORDERS', subjects: ['orders.>'] })
      publishForged(nats, subject)
      await expect.poll(() => host.warned('FOREIGN_REPLY_SUBJECT')).toBe(1)
      expect(await multicast()).toBe('DELIVERED')
      expect(calls()).toBe(2)
      expect((await admin.streams.info('ORDERS')).state.messages).toBe(0)
    },
  )

  test('invalid receipts make no target DELIVERED', async () => {
    const { url } = await startServer()
    const nats = await connectAnyone(url)
    nats.subscribe(SUBJECTS.durable('orders'), {
      callback: (error, message) => {
        if (error) return
        const inbox = message.headers?.get(RECEIPT_TO_HEADER) ?? ''
        for (const text of [
          '',
          '+a',
          'prism-receipt/2 1\nhandled 0',
          'prism-receipt/2 2\nhandled 2',
        ]) {
          nats.publish(inbox, text)
        }
      },
    })
    await nats.flush()
    const sender = await connect(url, {})
    const gateway = SUBJECTS.durableGateway('orders')
    const statuses = await sender.send(messageOf('x'), targetsOf({ gateway }, 'a', 'b'), IMPATIENT)
    expect(new Set(statuses.values())).toEqual(new Set(['PENDING']))
    expect(sender.warned('MALFORMED_RECEIPT')).toBe(4)
  })
})

describe('a reply of another client to a publication', () => {
  test('does not count as the acknowledgement of the stream', async () => {
    const { url } = await startServer()
    const { sender, host } = await startPair(url)
    const nats = await connectAnyone(url)
    nats.subscribe(SUBJECTS.durable('*'), {
      callback: (error, message) => {
        if (error || !message.reply) return
        const answers = [
          'ok',
          '{}',
          'null',
          '{"error":{"code":400}}',
          '{"stream":"OTHER","seq":1}',
          `{"stream":"${SUBJECTS.messagesStream}","seq":"x"}`,
        ]
        for (const answer of answers) nats.publish(message.reply, answer)
      },
    })
    await nats.flush()
    const admin = await jetstreamManager(nats)
    const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
    expect(statuses.get('a')).toBe('DELIVERED')
    expect((await admin.streams.info(SUBJECTS.messagesStream)).state.messages).toBe(1)
  })

  test('does not stop the gateway from pulling messages', async () => {
    const { url, port } = await startServer()
    const { multicast, host } = await startPair(url)
    const nats = await connectAnyone(url)
    const inboxes = new Set<string>()
    nats.subscribe('$JS.API.CONSUMER.MSG.NEXT.>', {
      callback: (error, message) => {
        if (!error && message.reply) inboxes.add(message.reply)
      },
    })
    await nats.flush()
    // A delivery makes the gateway ask again sooner or later; its inbox is the same ever after.
    const admin = await jetstreamManager(nats)
    await admin.consumers.delete(SUBJECTS.messagesStream, 'orders')
    await expect.poll(() => inboxes.size).toBeGreaterThan(0)
    const [inbox = ''] = inboxes
    const blocks = [
      'NATS/1.0\r\nbad key: v\r\n\r\n',
      'NATS/1.0 409 Consumer Deleted\r\n\r\n',
      'NATS/1.0 408 Request Timeout\r\n\r\n',
      'NATS/1.0 404 No Messages\r\n\r\n',
      'NATS/1.0 99999 what\r\n\r\n',
      'NATS/1.0\r\n\r\n',
    ]
    await publishRaw(
      port,
      blocks.map((block) => frame(inbox, block, 'x')),
    )
    const own = headers()
    own.set('a', 'b')
    nats.publish(inbox, 'x', { headers: own, reply: '$JS.API.STREAM.DELETE.ORDERS' })
    expect(await multicast()).toBe('DELIVERED')
    expect(host.warned('STREAM_LOST')).toBe(1)
  })
})

describe('forged records', () => {
  test('are counted as corrupt, and every recipient gets the message', async () => {
    const { url } = await startServer()
    const nats = await connectAnyone(url)
    const sender = await connect(url, {})
    const gateway = SUBJECTS.durableGateway('orders')
    const host = await connect(url, { gatewayName: 'orders' })
    await host.subscribe('a', () => {})
    let record = ''
    nats.subscribe(SUBJECTS.progress('*', '*'), {
      callback: (error, message) => {
        if (!error) record = message.subject
      },
    })
    await nats.flush()
    await sender.send(messageOf('x'), targetsOf({ gateway }, 'a', 'b'), IMPATIENT)
    await expect.poll(() => record).not.toBe('')
    for (const text of [
      '',
      'b',
      'prism-receipt/2 3\nhandled 0-2',
      'prism-receipt/2 2\nhandled 1-9',
    ]) {
      nats.publish(record, text)
    }
    await nats.flush()
    await host.close()
    const next = await connect(url, { gatewayName: 'orders' })
    const received: string[] = []
    for (const identity of ['a', 'b']) {
      await next.subscribe(identity, () => void received.push(identity))
    }
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['b'])
    expect(next.warned('CORRUPT_RECORD')).toBe(4)
  })
})
