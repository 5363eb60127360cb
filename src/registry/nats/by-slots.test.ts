import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, headers, type Msg } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  missingPrograms,
  type ProgramOptions,
  type ServerProgram,
  startNatsProgram,
} from '../../environment/programs.ts'
import type { DeliveryStatus, Messenger, SendOptions } from '../messenger.ts'
import { NameTables } from '../targets/name-tables.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { Warnings } from '../warnings.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { Subjects } from './subjects.ts'

const namespace = 'test'
const subjects = new Subjects('prism.multicast', namespace)
const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 30_000, receipts: true }
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function startServer(options: ProgramOptions = {}): Promise<ServerProgram> {
  const server = await startNatsProgram(options)
  onTestFinished(() => server.stop())
  return server
}

async function connectTo(url: string, gatewayName?: string): Promise<Messenger> {
  const messenger = await connectNatsMessenger({
    servers: [url],
    namespace,
    warnings: new Warnings(() => {}),
    ...(gatewayName === undefined ? {} : { gatewayName }),
  })
  onTestFinished(() => messenger.close())
  return messenger
}

/** Hears what is sent to a gateway: tells the wire formats of its messages since it was last asked. */
async function hearGateway(url: string, gateway: string): Promise<() => Promise<string>> {
  const nats = await connect({ servers: [url] })
  onTestFinished(() => nats.close())
  let formats: string[] = []
  nats.subscribe(gateway, {
    callback: (_, message) => void formats.push(message.headers?.get('Prism-Wire') ?? ''),
  })
  await nats.flush()
  return async () => {
    await nats.flush()
    const heard = formats.join('')
    formats = []
    return heard
  }
}

function messageOf(bytes = 1) {
  return { id: crypto.randomUUID(), payload: new Uint8Array(bytes) }
}

function identitiesOf(count: number, stem = 'id'): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${stem}-${at}`)
}

function tablesOf(identities: readonly string[], gateway: string | null): NameTables {
  const tables = new NameTables()
  for (const identity of identities) tables.put(identity, gateway)
  return tables
}

/** Counts the messages of each identity. */
class Counts {
  #byIdentity = new Map<string, number>()

  readonly handler = ({ identity }: { readonly identity: string }): void => {
    this.#byIdentity.set(identity, (this.#byIdentity.get(identity) ?? 0) + 1)
  }

  /** How many identities got so many messages since this was last asked: `{ messages: identities }`. */
  take(): Readonly<Record<number, number>> {
    const counts: Record<number, number> = {}
    for (const messages of this.#byIdentity.values()) counts[messages] = (counts[messages] ?? 0) + 1
    this.#byIdentity = new Map()
    return counts
  }
}

async function send(
  sender: Messenger,
  tables: NameTables,
  options: Partial<SendOptions> = {},
  message = messageOf(),
): Promise<Readonly<Partial<Record<DeliveryStatus, number>>>> {
  const report = await sender.send(message, tables.all(), { ...AT_MOST_ONCE, ...options })
  return Object.fromEntries(Object.entries(report.counts).filter(([, count]) => count > 0))
}

/** A server with a host of `count` identities that it holds the names of, and their sender. */
async function startHeld(count: number, { options = {} }: { options?: ProgramOptions } = {}) {
  const { url } = await startServer(options)
  const counts = new Counts()
  const host = await connectTo(url, 'host')
  const identities = identitiesOf(count)
  await host.subscribe(identities, counts.handler)
  const sender = await connectTo(url)
  const tables = tablesOf(identities, host.gateway)
  const heard = await hearGateway(url, host.gateway)
  expect(await send(sender, tables)).toEqual({ DELIVERED: count })
  expect(await heard()).toMatch(/^2+$/)
  expect(await send(sender, tables)).toEqual({ DELIVERED: count })
  expect(await heard()).toBe('3')
  expect(counts.take()).toEqual({ 2: count })
  /** Ends the host, and starts another one of its name. */
  const restart = async (): Promise<Messenger> => {
    await host.close()
    const next = await connectTo(url, 'host')
    await next.subscribe(identities, counts.handler)
    return next
  }
  return { url, host, sender, tables, identities, counts, heard, restart }
}

describe('a gateway that holds the names of its subscribers', () => {
  test('gets one small message for thousands of them, and each handler runs once', async () => {
    const { sender, tables, counts, heard } = await startHeld(3_000)
    tables.remove('id-7')
    tables.remove('id-2000')
    expect(await send(sender, tables)).toEqual({ DELIVERED: 2_998 })
    expect(await heard()).toBe('3')
    expect(counts.take()).toEqual({ 1: 2_998 })
  })

  test('is told the names that are new, and only those by name', async () => {
    const { host, sender, tables, counts, heard } = await startHeld(3_000)
    await host.subscribe(['new-1', 'new-2'], counts.handler)
    for (const name of ['new-1', 'new-2']) tables.put(name, host.gateway)
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_002 })
    expect(await heard()).toBe('32')
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_002 })
    expect(await heard()).toBe('3')
    expect(counts.take()).toEqual({ 2: 3_002 })
  })

  test('gives each target its own status: unsubscribed, throwing, rejecting, subscribed again', async () => {
    const { host, sender, tables, counts } = await startHeld(1_000)
    const own = await host.subscribe('id-1', counts.handler)
    await own.unsubscribe()
    await host.subscribe('id-2', () => {
      throw new Error('no')
    })
    await host.subscribe('id-3', async () => {
      throw new Error('no')
    })
    await host.subscribe('id-4', async () => {})
    const report = await sender.send(messageOf(), tables.all(), AT_MOST_ONCE)
    const shown = ['id-1', 'id-2', 'id-3', 'id-4', 'id-5'].map((each) => report.get(each))
    expect(shown).toEqual(['FAILED', 'FAILED', 'FAILED', 'DELIVERED', 'DELIVERED'])
    expect(report.counts).toMatchObject({ DELIVERED: 997, FAILED: 3 })
    await host.subscribe(['id-1', 'id-2', 'id-3'], counts.handler)
    expect(await send(sender, tables)).toEqual({ DELIVERED: 1_000 })
    expect(counts.take()).toEqual({ 1: 3, 2: 996 })
  })

  test('and whose process is another one since is sent names again, and nobody gets it twice', async () => {
    const { sender, tables, counts, heard, restart } = await startHeld(3_000)
    await restart()
    expect(await send(sender, tables)).toEqual({ DELIVERED: 3_000 })
    expect(await heard()).toMatch(/^32+$/)
    for (let round = 0; round < 3; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 3_000 })
    }
    expect(counts.take()).toEqual({ 4: 3_000 })
  })

  test('whose process is another one since gets what is sent without receipts', async () => {
    const { sender, tables, counts, restart } = await startHeld(1_000)
    const host = await restart()
    expect(await send(sender, tables, { receipts: false })).toEqual({ PENDING: 1_000 })
    // What is sent after it is handled after it.
    await sender.send(messageOf(), [{ identity: 'id-0', gateway: host.gateway }], AT_MOST_ONCE)
    expect(counts.take()).toEqual({ 1: 999, 2: 1 })
  })

  test('is restarted during multicasts, and no handler runs twice for one of them', async () => {
    const { sender, tables, identities, restart, url } = await startHeld(500)
    const seen = new Map<string, Set<string>>()
    let twice = 0
    const host = await restart()
    const handler = ({
      id,
      identity,
    }: {
      readonly id: string
      readonly identity: string
    }): void => {
      const known = seen.get(id) ?? new Set()
      seen.set(id, known)
      if (known.size === known.add(identity).size) twice += 1
    }
    await host.subscribe(identities, handler)
    const first = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    const next = await connectTo(url, 'host')
    await next.subscribe(identities, handler)
    const second = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    await host.close()
    const third = Promise.all(Array.from({ length: 40 }, () => send(sender, tables)))
    const results = (await Promise.all([first, second, third])).flat()
    expect(results.every(({ DELIVERED }) => DELIVERED === 500)).toBe(true)
    expect(twice).toBe(0)
    expect([...seen.values()].map(({ size }) => size)).toEqual(
      Array.from({ length: 120 }, () => 500),
    )
  })
})

describe('several processes of one gateway', () => {
  test('share its messages: of each multicast everybody gets one', async () => {
    const { sender, tables, identities, counts, url } = await startHeld(500)
    const other = await connectTo(url, 'host')
    await other.subscribe(identities, counts.handler)
    for (let round = 0; round < 60; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 500 })
      expect(counts.take()).toEqual({ 1: 500 })
    }
  })

  test('may be one that knows of slots and one that does not', async () => {
    const { sender, tables, identities, counts, url, host } = await startHeld(200)
    const plain = await startPlainGateway(url, host.gateway, identities)
    for (let round = 0; round < 60; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 200 })
    }
    const [got] = Object.entries(counts.take())
    expect(Number(got?.[0] ?? 0) + plain.handled / 200).toBe(60)
    expect(plain.handled).toBeGreaterThan(0)
  })
})

/** A gateway that knows of nothing but wire format 2, and refuses everything else. */
async function startPlainGateway(url: string, gateway: string, hosted: readonly string[]) {
  const nats = await connect({ servers: [url] })
  onTestFinished(() => nats.close())
  const known = new Set(hosted)
  const refusal = headers()
  refusal.set('Prism-Error', 'not a message of wire format 2')
  const state = { handled: 0, refused: 0 }
  const answer = (message: Msg): void => {
    if (message.headers?.get('Prism-Wire') !== '2') {
      state.refused += 1
      message.respond('', { headers: refusal })
      return
    }
    const payloadBytes = Number(message.headers.get('Prism-Payload-Bytes'))
    const names = message.string().slice(payloadBytes).split('\n')
    const positions = (isKnown: boolean): string =>
      names.flatMap((name, at) => (known.has(name) === isKnown ? [at] : [])).join(',')
    state.handled += names.filter((name) => known.has(name)).length
    const lines = [`handled ${positions(true)}`, `refused ${positions(false)}`]
    const told = lines.filter((line) => /\d/.test(line)).join('\n')
    message.respond(`prism-receipt/2 ${names.length}\n${told}`)
  }
  nats.subscribe(gateway, { queue: 'gateway', callback: (_, message) => answer(message) })
  await nats.flush()
  return state
}

test('a plain gateway, which never says that it holds names, is always sent names', async () => {
  const { url } = await startServer()
  const gateway = subjects.gateway('plain')
  const plain = await startPlainGateway(url, gateway, identitiesOf(90))
  const sender = await connectTo(url)
  const tables = tablesOf(identitiesOf(100), gateway)
  const heard = await hearGateway(url, gateway)
  for (let round = 0; round < 5; round += 1) {
    expect(await send(sender, tables)).toEqual({ DELIVERED: 90, FAILED: 10 })
  }
  expect(await heard()).toBe('22222')
  expect(plain).toEqual({ handled: 450, refused: 0 })
})

test('more names than a table has, at several gateways and at none, are all reached', async () => {
  const { url } = await startServer()
  const counts = new Counts()
  const hosts = await Promise.all(['a', 'b', 'c'].map((name) => connectTo(url, name)))
  const sender = await connectTo(url)
  const tables = new NameTables()
  const sizes = [TABLE_SLOTS + 1_000, 300, 1]
  for (const [at, host] of hosts.entries()) {
    const identities = identitiesOf(sizes[at] ?? 0, host.gateway.split('.').at(-1))
    await host.subscribe(identities, counts.handler)
    for (const identity of identities) tables.put(identity, host.gateway)
  }
  for (const identity of identitiesOf(50, 'alone')) {
    await hosts[0]?.subscribe(identity, counts.handler)
    tables.put(identity, null)
  }
  tables.put('nobody', null)
  const DELIVERED = TABLE_SLOTS + 1_351
  for (let round = 0; round < 4; round += 1) {
    expect(await send(sender, tables)).toEqual({ DELIVERED, FAILED: 1 })
  }
  expect(counts.take()).toEqual({ 4: DELIVERED })
})

describe('an identity that moves to another gateway', () => {
  test('is reached there and no more at the first one', async () => {
    const { url, sender, tables, counts } = await startHeld(1_000)
    const other = await connectTo(url)
    const own = new Counts()
    await other.subscribe('id-7', own.handler)
    tables.put('id-7', other.gateway)
    for (let round = 0; round < 3; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 1_000 })
    }
    expect(counts.take()).toEqual({ 3: 999 })
    expect(own.take()).toEqual({ 3: 1 })
  })

  test('during an at-least-once multicast is reached there', async () => {
    const { url, host, sender, tables, counts } = await startHeld(100)
    const other = await connectTo(url)
    const own = new Counts()
    await host.subscribe('id-7', () => {
      throw new Error('on its way')
    })
    await other.subscribe('id-7', own.handler)
    const lookUp: SendOptions['lookUp'] = async (identities) =>
      identities.map((identity) => ({ identity, gateway: other.gateway }))
    const options = { delivery: 'at-least-once', lookUp } as const
    expect(await send(sender, tables, options)).toEqual({ DELIVERED: 100 })
    expect(counts.take()).toEqual({ 1: 99 })
    expect(own.take()).toEqual({ 1: 1 })
  })
})

test('a handler that fails once under at-least-once is called again, and no other is', async () => {
  const { host, sender, tables, counts } = await startHeld(1_000)
  let calls = 0
  await host.subscribe('id-1', () => {
    calls += 1
    if (calls === 1) throw new Error('once')
  })
  expect(await send(sender, tables, { delivery: 'at-least-once' })).toEqual({ DELIVERED: 1_000 })
  expect(calls).toBe(2)
  expect(counts.take()).toEqual({ 1: 999 })
})

describe('a server that takes only small messages', () => {
  const MAX_PAYLOAD_BYTES = 2_048

  function smallServer(): ProgramOptions {
    const folder = mkdtempSync(join(tmpdir(), 'nats-small-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const config = join(folder, 'nats.conf')
    writeFileSync(config, `max_payload: ${MAX_PAYLOAD_BYTES}`)
    return { extraArgs: ['--config', config] }
  }

  test.each([0, 500, 1_400, 1_650, 1_750, 1_780])(
    'gets messages by names and by slots that fit, with a payload of %i bytes',
    async (payloadBytes) => {
      const { url } = await startServer(smallServer())
      const counts = new Counts()
      const host = await connectTo(url)
      const identities = identitiesOf(600)
      await host.subscribe(identities, counts.handler)
      const sender = await connectTo(url)
      const tables = tablesOf(identities, host.gateway)
      // With gaps everywhere, slots take as much room as they can.
      for (let at = 0; at < 600; at += 2) tables.remove(`id-${at}`)
      for (let round = 0; round < 4; round += 1) {
        const sending = send(sender, tables, {}, messageOf(payloadBytes))
        expect(await sending).toEqual({ DELIVERED: 300 })
      }
      expect(counts.take()).toEqual({ 4: 300 })
    },
  )
})
