import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AckPolicy, jetstreamManager, RetentionPolicy } from '@nats-io/jetstream'

import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { missingPrograms, startNatsProgram } from '../../../environment/programs.ts'
import {
  connect,
  connectAnyone,
  EXACTLY_ONCE,
  IMPATIENT,
  messageOf,
  startServer,
  SUBJECTS,
  targetsOf,
  temporaryFolder,
} from '../testing/durable-nats.ts'
import { Warnings } from '../../warnings.ts'
import { Connection } from '../connection.ts'
import { encodeGatewayBody, gatewayHeaders } from '../wire.ts'
import { DurableStreams } from './durable-streams.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe('a recipient that handles nothing', () => {
  test('does not block messages for others, however many are waiting', async () => {
    const { url } = await startServer()
    const host = await connect(url, { gatewayName: 'orders' })
    let tried = 0
    await host.subscribe('bad', () => {
      tried += 1
      throw new Error('never')
    })
    await host.subscribe('good', () => {})
    const nats = await connectAnyone(url)
    const body = encodeGatewayBody(new Uint8Array(1), ['bad'])
    for (let n = 0; n < 12_000; n += 1) {
      const marks = { id: `bad-${n}`, resendable: true, repeatable: false }
      nats.publish(SUBJECTS.durable('orders'), body, { headers: gatewayHeaders(marks, 1, 1) })
    }
    await nats.flush()
    await expect.poll(() => tried, { timeout: 30_000 }).toBeGreaterThanOrEqual(12_000)
    const sender = await connect(url, {})
    const statuses = await sender.send(messageOf('x'), targetsOf(host, 'good'), EXACTLY_ONCE)
    expect(statuses.get('good')).toBe('DELIVERED')
  })

  test('holds limited memory if its handlers hang, and others keep receiving', async () => {
    const { url } = await startServer()
    const maxBacklogBytes = 4_000_000
    const host = await connect(url, { gatewayName: 'orders' }, { maxBacklogBytes })
    let running = 0
    const { promise: never, resolve: end } = Promise.withResolvers<void>()
    await host.subscribe('hangs', () => {
      running += 1
      return never
    })
    await host.subscribe('good', () => {})
    const sender = await connect(url, {})
    const payload = new Uint8Array(100_000)
    const large = () => ({ id: crypto.randomUUID(), payload })
    await Promise.all(
      Array.from({ length: 100 }, () => sender.send(large(), targetsOf(host, 'hangs'), IMPATIENT)),
    )
    for (let n = 0; n < 3; n += 1) {
      const statuses = await sender.send(large(), targetsOf(host, 'good', 'hangs'), {
        ...EXACTLY_ONCE,
        timeoutMs: 2_000,
      })
      expect(Object.fromEntries(statuses)).toEqual({ good: 'DELIVERED', hangs: 'PENDING' })
    }
    expect(running * payload.length).toBeLessThanOrEqual(maxBacklogBytes)
    expect(host.warned('BACKLOG_FULL')).toBeGreaterThan(0)
    end()
  })

  test('receives a message above the backlog limit if it is the only one', async () => {
    const { url } = await startServer()
    const host = await connect(url, { gatewayName: 'orders' }, { maxBacklogBytes: 1_000 })
    await host.subscribe('a', async () => {})
    const sender = await connect(url, {})
    const message = { id: crypto.randomUUID(), payload: new Uint8Array(50_000) }
    const statuses = await sender.send(message, targetsOf(host, 'a'), EXACTLY_ONCE)
    expect(statuses.get('a')).toBe('DELIVERED')
  })
})

test('messages, receipts and records are split for a server with a small max_payload', async () => {
  const config = join(temporaryFolder('small'), 'nats.conf')
  writeFileSync(config, 'max_payload: 1024')
  const { url, stop } = await startNatsProgram({ extraArgs: ['--config', config] })
  onTestFinished(() => stop())
  const host = await connect(url, { gatewayName: 'orders' })
  const identities = Array.from({ length: 300 }, (_, n) => `user-${n}`)
  const calls = new Map<string, number>()
  await host.subscribeMatching('user-*', async ({ identity }) => {
    calls.set(identity, (calls.get(identity) ?? 0) + 1)
    if (identity.endsWith('7')) await delay(100)
  })
  const sender = await connect(url, {})
  for (const repeatable of [false, true]) {
    const message = { ...messageOf('x'.repeat(200)), repeatable }
    const targets = targetsOf(host, ...identities)
    const statuses = await sender.send(message, targets, EXACTLY_ONCE)
    expect(new Set(statuses.values())).toEqual(new Set(['DELIVERED']))
    expect(statuses.size).toBe(300)
  }
  expect([...calls.values()].every((count) => count === 2)).toBe(true)
})

test('a sender that may not publish to the stream fails at once', async () => {
  const config = join(temporaryFolder('forbidden'), 'nats.conf')
  const user = `{ user: ann, password: secret, permissions: { publish: { deny: "${SUBJECTS.durable('*')}" } } }`
  writeFileSync(config, `authorization { users: [${user}] }`)
  const { port, stop } = await startNatsProgram({ extraArgs: ['--config', config] })
  onTestFinished(() => stop())
  const sender = await connect(`nats://ann:secret@127.0.0.1:${port}`, {})
  const targets = targetsOf({ gateway: SUBJECTS.durableGateway('orders') }, 'a')
  const options = { ...EXACTLY_ONCE, timeoutMs: 100_000 }
  const statuses = await sender.send(messageOf('x'), targets, options)
  expect(statuses.get('a')).toBe('FAILED')
})

describe('a consumer that exists', () => {
  test('with unchangeable settings is refused by name', async () => {
    const { url } = await startServer()
    await connect(url, {})
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.consumers.add(SUBJECTS.messagesStream, {
      durable_name: 'orders',
      filter_subject: SUBJECTS.durable('orders'),
      ack_policy: AckPolicy.None,
    })
    await expect(connect(url, { gatewayName: 'orders' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the consumer "orders"'),
    })
  })

  test('with settings that would lose messages is corrected', async () => {
    const { url } = await startServer()
    await connect(url, {})
    const admin = await jetstreamManager(await connectAnyone(url))
    const gateway = await connect(url, { gatewayName: 'orders' })
    await gateway.close()
    await admin.consumers.update(SUBJECTS.messagesStream, 'orders', { max_deliver: 1 })
    await connect(url, { gatewayName: 'orders' })
    const { config } = await admin.consumers.info(SUBJECTS.messagesStream, 'orders')
    expect(config.max_deliver).toBe(-1)
  })
})

describe('a stream that exists', () => {
  test.each([
    { what: 'other subjects', config: { subjects: ['orders.>'] } },
    {
      what: 'other subjects besides',
      config: { subjects: [SUBJECTS.durable('*'), 'orders.>'] },
    },
    {
      what: 'another policy',
      config: { subjects: [SUBJECTS.durable('*')], retention: RetentionPolicy.Workqueue },
    },
    {
      what: 'room for one message per subject',
      config: { subjects: [SUBJECTS.durable('*')], max_msgs_per_subject: 1 },
    },
  ])('with $what is refused and not changed', async ({ config }) => {
    const { url } = await startServer()
    const admin = await jetstreamManager(await connectAnyone(url))
    const { config: before } = await admin.streams.add({ ...config, name: SUBJECTS.messagesStream })
    await expect(connect(url, {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(SUBJECTS.messagesStream),
    })
    expect((await admin.streams.info(SUBJECTS.messagesStream)).config).toEqual(before)
  })

  test('with the same subjects under another name is given as the reason', async () => {
    const { url } = await startServer()
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.streams.add({
      name: 'ALL',
      subjects: ['prism.multicast-durable.>'],
    })
    await expect(connect(url, {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('Another JetStream stream'),
    })
  })

  test('limits timeouts to its duplicate window', async () => {
    const { url } = await startServer()
    const admin = await jetstreamManager(await connectAnyone(url))
    const settings = { max_age: 3_600e9, duplicate_window: 3e9 }
    await admin.streams.add({
      ...settings,
      name: SUBJECTS.messagesStream,
      subjects: [SUBJECTS.durable('*')],
    })
    const sender = await connect(url, {})
    const options = { ...EXACTLY_ONCE, timeoutMs: 3_001 }
    await expect(
      sender.send(messageOf('x'), targetsOf(sender, 'a'), options),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('3000') })
  })

  test('for records with a shorter retention than messages is refused', async () => {
    const { url } = await startServer()
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.streams.add({
      name: SUBJECTS.progressStream,
      subjects: [SUBJECTS.progress('*', '*')],
      max_age: 60e9,
    })
    await expect(connect(url, {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('60000 ms'),
    })
  })

  test('because another process creates it at this moment is used, whichever way the server says so', async () => {
    const { url } = await startServer()
    const nats = await connectAnyone(url)
    const request = nats.request.bind(nats)
    const codes = [10_065, 10_058]
    const answering = vi.spyOn(nats, 'request').mockImplementation(async (subject, ...others) => {
      const answer = await request(subject, ...others)
      if (!subject.includes('.STREAM.CREATE.')) return answer
      const error = { code: 400, err_code: codes.shift(), description: 'of the server' }
      const data = new TextEncoder().encode(JSON.stringify({ error }))
      return Object.create(answer, { data: { value: data } })
    })
    onTestFinished(() => answering.mockRestore())
    const settings = { gatewayName: null, retentionMs: null, replicas: null }
    const warnings = new Warnings(() => {})
    const parts = { inboxPrefix: '_INBOX', warnings, onChange: () => {}, admission: null }
    const connection = new Connection(nats, parts)
    const streams = await DurableStreams.open(connection, SUBJECTS, settings, warnings)
    expect(await streams.lastSequence()).toBe(0)
    expect(codes).toEqual([])
  })

  test('is created once by many concurrent connects', async () => {
    const { url } = await startServer()
    const senders = await Promise.all(Array.from({ length: 8 }, () => connect(url, {})))
    expect(senders).toHaveLength(8)
    const admin = await jetstreamManager(await connectAnyone(url))
    const { config } = await admin.streams.info(SUBJECTS.messagesStream)
    expect(config.max_age).toBe(3_600e9)
  })
})
