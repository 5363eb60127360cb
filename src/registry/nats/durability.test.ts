import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connect as connectPlain } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../environment/free-port.ts'
import { findProgram, missingPrograms, startNatsProgram } from '../../environment/programs.ts'
import type { Messenger, SendOptions } from '../messenger.ts'
import { connectNatsMessenger, type NatsMessengerOptions } from './nats-messenger.ts'

const EXACTLY_ONCE: SendOptions = { delivery: 'exactly-once', timeoutMs: 10_000, receipts: true }
const IMPATIENT: SendOptions = { ...EXACTLY_ONCE, timeoutMs: 400 }
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

/** A server of the test's own, so that streams of other tests do not matter. */
async function startServer() {
  const server = await startNatsProgram()
  onTestFinished(() => server.stop())
  return server
}

async function connect(url: string, durability: NatsMessengerOptions['durability']) {
  const messenger = await connectNatsMessenger({
    servers: [url],
    namespace: 'test',
    ...(durability && { durability }),
  })
  onTestFinished(() => messenger.close())
  return messenger
}

function messageOf(text: string) {
  return { id: crypto.randomUUID(), payload: new TextEncoder().encode(text) }
}

function targetsOf({ gateway }: Pick<Messenger, 'gateway'>, ...identities: string[]) {
  return identities.map((identity) => ({ identity, gateway }))
}

/** A server that keeps its streams in `folder` when it is killed. */
async function startKeepingServer(port: number, folder: string) {
  const args = ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', folder]
  const child = spawn(findProgram('nats-server') ?? 'nats-server', args, { stdio: 'ignore' })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(kill)
  const url = `nats://127.0.0.1:${port}`
  await expect
    .poll(() => connectPlain({ servers: url }).then((nats) => nats.close()), { timeout: 10_000 })
    .toBeUndefined()
  return { url, port, kill }
}

/** Starts and kills processes with one durable gateway; `handled()` is what they handled. */
function durableProcesses(url: string, ...identities: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'durable-gateway-'))
  const file = join(folder, 'handled')
  writeFileSync(file, '')
  const running = new Set<ChildProcess>()
  onTestFinished(() => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })
  return {
    handled: () => readFileSync(file, 'utf8').split('\n').filter(Boolean).sort(),
    start: async () => {
      const program = fileURLToPath(new URL('durable-gateway-process.ts', import.meta.url))
      const child = fork(program, [url, 'test', 'orders', file, ...identities])
      running.add(child)
      const [gateway] = await once(child, 'message')
      return {
        gateway: String(gateway),
        kill: async () => {
          child.kill('SIGKILL')
          await once(child, 'exit')
          running.delete(child)
        },
      }
    },
  }
}

describe('exactly-once with a gateway that is killed', () => {
  test('keeps messages while it is away and delivers them when it is back', async () => {
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

  test('never repeats what was receipted, however often it is killed', async () => {
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

  test('does not repeat who had handled a message that is half done when it is killed', async () => {
    const { url } = await startServer()
    const sender = await connect(url, {})
    const processes = durableProcesses(url, 'done')
    const first = await processes.start()
    const message = messageOf('0')
    // Nobody hosts `other` yet, so the message is half done when its process dies.
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

  test('runs again a handler that was killed before it ended', async () => {
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
  test('is killed and started again keeps every message', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jetstream-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const server = await startKeepingServer(await freePort(), folder)
    const sender = await connect(server.url, {})
    const gateway = 'prism.multicast-gateway.test.durable.orders'
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

  test('has no JetStream makes connecting UNAVAILABLE, and says what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-jetstream-'))
    const config = join(folder, 'nats.conf')
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(config, 'accounts { PLAIN { users: [{ user: ann, password: secret }] } }')
    const { port, stop } = await startNatsProgram({ extraArgs: ['--config', config] })
    onTestFinished(() => stop())
    const connecting = connectNatsMessenger({
      servers: [`nats://ann:secret@127.0.0.1:${port}`],
      namespace: 'test',
      durability: {},
    })
    await expect(connecting).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('--jetstream'),
    })
  })
})
