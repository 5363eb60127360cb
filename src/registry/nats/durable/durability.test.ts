import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../environment/free-port.ts'
import { missingPrograms, startNatsProgram } from '../../../environment/programs.ts'
import { RegistryError } from '../../errors.ts'
import { connectNatsMessenger } from '../nats-messenger.ts'
import {
  connect,
  durableProcesses,
  EXACTLY_ONCE,
  IMPATIENT,
  messageOf,
  NAMESPACE,
  startKeepingServer,
  startServer,
  SUBJECTS,
  targetsOf,
  temporaryFolder,
} from '../testing/durable-nats.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe('exactly-once with a gateway that is killed', () => {
  test('stores messages while the gateway is away and delivers them afterwards', async () => {
    const { url } = await startServer()
    const sender = await connect(url, {})
    const processes = durableProcesses(url, 'a', 'b')
    const first = await processes.start()
    await first.kill()

    const messages = [messageOf('0'), messageOf('0'), messageOf('0')]
    for (const message of messages) {
      const statuses = await sender.send(message, targetsOf(first, 'a', 'b'), IMPATIENT)
      expect(Object.fromEntries(statuses)).toEqual({ a: 'PENDING', b: 'PENDING' })
    }
    await processes.start()
    const expected = messages.flatMap(({ id }) => [`a ${id}`, `b ${id}`]).sort()
    await expect.poll(processes.handled, { timeout: 15_000 }).toEqual(expected)
    await delay(500)
    expect(processes.handled()).toEqual(expected)
  })

  test('never repeats a message with a receipt, however often the gateway is killed', async () => {
    const { url } = await startServer()
    const sender = await connect(url, {})
    const processes = durableProcesses(url, 'a')
    let gateway = await processes.start()
    const ids: string[] = []
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 5; n += 1) {
        const message = messageOf('0')
        ids.push(message.id)
        const statuses = await sender.send(message, targetsOf(gateway, 'a'), EXACTLY_ONCE)
        expect(statuses.get('a')).toBe('DELIVERED')
      }
      await gateway.kill()
      gateway = await processes.start()
    }
    await delay(500)
    expect(processes.handled()).toEqual(ids.map((id) => `a ${id}`).sort())
  }, 60_000)

  test('does not repeat a half-done message for recipients that had handled it', async () => {
    const { url } = await startServer()
    const sender = await connect(url, {})
    const processes = durableProcesses(url, 'done')
    const first = await processes.start()
    const message = messageOf('0')
    // `other` has no subscriber yet, so the message is half done when its process dies.
    const statuses = await sender.send(message, targetsOf(first, 'done', 'other'), IMPATIENT)
    expect(Object.fromEntries(statuses)).toEqual({ done: 'DELIVERED', other: 'PENDING' })
    await first.kill()

    const host = await connect(url, { gatewayName: 'orders' })
    const received: string[] = []
    for (const identity of ['done', 'other']) {
      await host.subscribe(identity, ({ id }) => void received.push(`${identity} ${id}`))
    }
    await expect.poll(() => received, { timeout: 20_000 }).toEqual([`other ${message.id}`])
    await delay(500)
    expect(received).toEqual([`other ${message.id}`])
  }, 60_000)

  test('reruns a handler that was killed before it ended', async () => {
    const { url } = await startServer()
    const sender = await connect(url, {})
    const processes = durableProcesses(url, 'a')
    const first = await processes.start()
    const message = messageOf('1000')
    const sending = sender.send(message, targetsOf(first, 'a'), {
      ...EXACTLY_ONCE,
      timeoutMs: 25_000,
    })
    await expect.poll(processes.handled).toHaveLength(1)
    await first.kill()
    await processes.start()
    expect((await sending).get('a')).toBe('DELIVERED')
    expect(processes.handled()).toEqual([`a ${message.id}`, `a ${message.id}`])
  }, 60_000)
})

describe('exactly-once with a server that', () => {
  test('is killed and restarted keeps every message', async () => {
    const folder = temporaryFolder('jetstream')
    const server = await startKeepingServer(await freePort(), folder)
    const sender = await connect(server.url, {})
    const gateway = SUBJECTS.durableGateway('orders')
    const message = messageOf('x')
    const stored = await sender.send(message, targetsOf({ gateway }, 'a'), IMPATIENT)
    expect(stored.get('a')).toBe('PENDING')

    await server.kill()
    const back = await startKeepingServer(server.port, folder)
    const host = await connect(back.url, { gatewayName: 'orders' })
    const received: string[] = []
    await host.subscribe('a', ({ id }) => void received.push(id))
    await expect.poll(() => received, { timeout: 10_000 }).toEqual([message.id])
  }, 60_000)

  test('is unavailable fails the call, which can be repeated with its id', async () => {
    const folder = temporaryFolder('jetstream')
    const server = await startKeepingServer(await freePort(), folder)
    const host = await connect(server.url, { gatewayName: 'orders' })
    const received: string[] = []
    await host.subscribe('a', ({ id }) => void received.push(id))
    const sender = await connect(server.url, {})
    const message = { ...messageOf('x'), repeatable: true }
    const call = async (): Promise<string> => {
      try {
        const statuses = await sender.send(message, targetsOf(host, 'a'), IMPATIENT)
        return statuses.get('a') ?? 'nobody'
      } catch (error) {
        return error instanceof RegistryError ? error.code : 'what?'
      }
    }
    await server.kill()
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain(await call())
    await startKeepingServer(server.port, folder)
    await expect.poll(call, { timeout: 20_000 }).toBe('DELIVERED')
    expect(await call()).toBe('DELIVERED')
    expect(received).toEqual([message.id])
  }, 60_000)

  test('lacks JetStream makes connecting UNAVAILABLE, with a remedy', async () => {
    const config = join(temporaryFolder('no-jetstream'), 'nats.conf')
    writeFileSync(config, 'accounts { PLAIN { users: [{ user: ann, password: secret }] } }')
    const { port, stop } = await startNatsProgram({ extraArgs: ['--config', config] })
    onTestFinished(() => stop())
    const connecting = connectNatsMessenger({
      servers: [`nats://ann:secret@127.0.0.1:${port}`],
      namespace: NAMESPACE,
      durability: {},
    })
    await expect(connecting).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('--jetstream'),
    })
  })
})
