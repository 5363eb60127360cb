import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../environment/free-port.ts'
import { missingPrograms } from '../../../environment/programs.ts'
import {
  connect,
  connectAnyone,
  EXACTLY_ONCE,
  IMPATIENT,
  messageOf,
  startKeepingServer,
  startServer,
  SUBJECTS,
  targetsOf,
  temporaryFolder,
} from '../testing/durable-nats.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

/** A gateway that hosts `a`, a sender, and an administrator of their server. */
async function startPair(url: string) {
  const host = await connect(url, { gatewayName: 'orders' })
  const received: string[] = []
  await host.subscribe('a', ({ id }) => void received.push(id))
  const sender = await connect(url, {})
  const multicast = async () => {
    const statuses = await sender.send(messageOf('x'), targetsOf(host, 'a'), EXACTLY_ONCE)
    return statuses.get('a')
  }
  expect(await multicast()).toBe('DELIVERED')
  return { host, sender, received, multicast }
}

describe('a durable gateway recovers, and warns, after', () => {
  test('its consumer was deleted', async () => {
    const { url } = await startServer()
    const { host, multicast } = await startPair(url)
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.consumers.delete(SUBJECTS.messagesStream, 'orders')
    expect(await multicast()).toBe('DELIVERED')
    expect(host.warned('STREAM_LOST')).toBeGreaterThan(0)
  })

  test('its consumer was deleted, without repeating messages that it remembers', async () => {
    const { url } = await startServer()
    const { multicast, received } = await startPair(url)
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.consumers.delete(SUBJECTS.messagesStream, 'orders')
    await multicast()
    expect(received).toHaveLength(2)
    expect(new Set(received).size).toBe(2)
  })

  test.each([SUBJECTS.messagesStream, SUBJECTS.progressStream])(
    'the stream %s was deleted',
    async (stream) => {
      const { url } = await startServer()
      const { host, sender, multicast } = await startPair(url)
      const admin = await jetstreamManager(await connectAnyone(url))
      await admin.streams.delete(stream)
      expect(await multicast()).toBe('DELIVERED')
      // Only partly handled messages have records.
      const half = await sender.send(messageOf('x'), targetsOf(host, 'a', 'nobody'), IMPATIENT)
      expect(half.get('nobody')).toBe('PENDING')
      await expect
        .poll(() => admin.streams.info(stream).then(({ config }) => config.name))
        .toBe(stream)
      await expect
        .poll(() => host.warned('STREAM_LOST') + sender.warned('STREAM_LOST'))
        .toBeGreaterThan(0)
    },
  )

  test('the records were deleted, including those of messages whose id the caller chose', async () => {
    const { url } = await startServer()
    const { host, sender } = await startPair(url)
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.streams.delete(SUBJECTS.progressStream)
    const message = { ...messageOf('x'), repeatable: true }
    const options = { ...EXACTLY_ONCE, timeoutMs: 60_000 }
    const statuses = await sender.send(message, targetsOf(host, 'a'), options)
    expect(statuses.get('a')).toBe('DELIVERED')
    expect(host.warned('STREAM_LOST')).toBeGreaterThan(0)
  }, 90_000)

  test('the streams were deleted and recreated by a sender', async () => {
    const { url } = await startServer()
    const { host, multicast } = await startPair(url)
    const admin = await jetstreamManager(await connectAnyone(url))
    await admin.streams.delete(SUBJECTS.messagesStream)
    await admin.streams.delete(SUBJECTS.progressStream)
    // The server keeps deleting files for a while.
    await delay(500)
    await connect(url, {})
    expect(await multicast()).toBe('DELIVERED')
    expect(host.warned('STREAM_LOST')).toBeGreaterThan(0)
  })

  test('the server was killed and came back without its files, then with them', async () => {
    const folder = temporaryFolder('jetstream')
    const server = await startKeepingServer(await freePort(), join(folder, 'first'))
    const { host, multicast } = await startPair(server.url)
    await server.kill()
    await rm(join(folder, 'first'), { recursive: true })
    const empty = await startKeepingServer(server.port, join(folder, 'second'))
    await expect.poll(multicast, { timeout: 20_000 }).toBe('DELIVERED')
    const lost = host.warned('STREAM_LOST')
    expect(lost).toBeGreaterThan(0)

    await empty.kill()
    await startKeepingServer(server.port, join(folder, 'second'))
    await expect.poll(multicast, { timeout: 20_000 }).toBe('DELIVERED')
    expect(host.warned('STREAM_LOST')).toBe(lost)
  }, 60_000)

  test('the streams were deleted while a handler was running, and its success is not counted for another message', async () => {
    const { url } = await startServer()
    const { host, sender, received } = await startPair(url)
    const admin = await jetstreamManager(await connectAnyone(url))
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const { promise: started, resolve: start } = Promise.withResolvers<void>()
    await host.subscribe('slow', () => {
      start()
      return ended
    })
    const slow = sender.send(messageOf('x'), targetsOf(host, 'slow'), EXACTLY_ONCE)
    await started
    await admin.streams.delete(SUBJECTS.messagesStream)
    await expect.poll(() => host.warned('STREAM_LOST')).toBeGreaterThan(1)
    // The messages of the new stream have the sequence numbers of the old ones.
    for (const identity of ['a', 'late', 'late', 'late']) {
      await sender.send(messageOf('x'), targetsOf(host, identity), IMPATIENT)
    }
    end()
    expect((await slow).get('slow')).toBe('DELIVERED')
    await host.subscribe('late', ({ id }) => void received.push(id))
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(5)
  }, 60_000)
})

test('a call ends at its timeout, even while a lost stream is being restored', async () => {
  const { url } = await startServer()
  const sender = await connect(url, {})
  const admin = await jetstreamManager(await connectAnyone(url))
  await admin.streams.delete(SUBJECTS.messagesStream)
  const gateway = SUBJECTS.durableGateway('orders')
  const statuses = await sender.send(messageOf('x'), targetsOf({ gateway }, 'a'), IMPATIENT)
  expect(sender.warned('STREAM_LOST')).toBe(0)
  expect(statuses.get('a')).toBe('TIMEOUT')
  await expect.poll(() => sender.warned('STREAM_LOST'), { timeout: 20_000 }).toBe(1)
})
