import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms, startNatsProgram } from '../../environment/programs.ts'
import type { Messenger, SendOptions } from '../messenger.ts'
import { TABLE_SLOTS } from '../targets/name-table.ts'
import { NameTables } from '../targets/name-tables.ts'
import type { Ranges } from '../targets/ranges.ts'
import { Warnings } from '../warnings.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { encodeSlotsBody, slotsHeaders } from './slots-message.ts'
import { Subjects } from './subjects.ts'
import { encodeGatewayBody, gatewayHeaders } from './wire.ts'

const namespace = 'test'
const subjects = new Subjects('prism.multicast', namespace)
const OPTIONS: SendOptions = { delivery: 'at-most-once', timeoutMs: 30_000, receipts: true }
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function connectTo(url: string, gatewayName?: string) {
  const warnings = new Warnings(() => {})
  const messenger = await connectNatsMessenger({
    servers: [url],
    namespace,
    warnings,
    ...(gatewayName === undefined ? {} : { gatewayName }),
  })
  onTestFinished(() => messenger.close())
  return { messenger, warnings }
}

function messageOf(text: string) {
  return { id: crypto.randomUUID(), payload: Buffer.from(text) }
}

/** A host of `id-0` … `id-9`, their sender, and an attacker's client. */
async function startHost() {
  const server = await startNatsProgram()
  onTestFinished(() => server.stop())
  const { url } = server
  const { messenger: host, warnings } = await connectTo(url, 'host')
  const { messenger: sender, warnings: senderWarnings } = await connectTo(url)
  const heard: string[] = []
  const identities = Array.from({ length: 10 }, (_, at) => `id-${at}`)
  await host.subscribe(identities, ({ identity, payload }) => {
    heard.push(`${identity}: ${Buffer.from(payload).toString()}`)
  })
  const tables = new NameTables()
  for (const identity of identities) tables.put(identity, host.gateway)
  const attacker = await connect({ servers: [url] })
  onTestFinished(() => attacker.close())
  /** Sends to all targets, and checks that each handler got the message exactly once. */
  const expectSound = async (text: string, from: Messenger = sender): Promise<void> => {
    const report = await from.send(messageOf(text), tables.all(), OPTIONS)
    expect(report.counts.DELIVERED).toBe(10)
    expect(heard.filter((each) => each.endsWith(`: ${text}`)).sort()).toEqual(
      identities.map((identity) => `${identity}: ${text}`),
    )
  }
  return { url, host, sender, senderWarnings, warnings, tables, heard, attacker, expectSound }
}

const marks = { id: 'forged', resendable: false, repeatable: false }

/** Sends names and an unchecked table header to a gateway; returns its answer. */
function tell(
  attacker: NatsConnection,
  gateway: string,
  names: readonly string[],
  table: string,
): Promise<Msg> {
  const head = gatewayHeaders(marks, 6, names.length)
  head.set('Prism-Table', table)
  const body = encodeGatewayBody(Buffer.from('forged'), names)
  return attacker.request(gateway, body, { headers: head, timeout: 10_000 })
}

function sendBySlots(
  attacker: NatsConnection,
  gateway: string,
  id: string,
  slots: Ranges,
): Promise<Msg> {
  const head = slotsHeaders(marks, 6, { id, slots })
  const body = encodeSlotsBody(Buffer.from('forged'), slots)
  return attacker.request(gateway, body, { headers: head, timeout: 10_000 })
}

describe('a message to a gateway', () => {
  test.each([
    ['no slots', 't'],
    ['nothing', ''],
    ['an id with a dot', 'a.b 0-1'],
    ['an id that is too long', `${'x'.repeat(65)} 0-1`],
    ['fewer slots than names', 't 0'],
    ['more slots than names', 't 0-2'],
    ['one slot twice', 't 0,0'],
    ['descending slots', 't 1,0'],
    ['a slot beyond every table', `t ${TABLE_SLOTS - 1}-${TABLE_SLOTS}`],
    ['negative slots', 't -1-0'],
    ['slots that are no numbers', 't 0-1x'],
    ['something after its slots', 't 0-1 2'],
    ['half a megabyte of slots', `t ${'0,'.repeat(250_000)}0`],
  ])('that includes %s is refused entirely, and none of it is noted', async (_, table) => {
    const { host, attacker, heard, warnings, expectSound } = await startHost()
    const answer = await tell(attacker, host.gateway, ['id-0', 'id-1'], table)
    expect(answer.headers?.has('Prism-Error')).toBe(true)
    expect(heard).toEqual([])
    const lacking = await sendBySlots(attacker, host.gateway, 't', [0, 0])
    expect(lacking.string()).toMatch(/^prism-receipt\/2 1\nlacks [\w-]+$/)
    await expectSound('after')
    expect([...warnings.counts]).toEqual([['MALFORMED_MESSAGE', 1]])
  })

  test('is handed to nobody if its slots are of an unknown table', async () => {
    const { host, attacker, heard, expectSound } = await startHost()
    for (const slots of [
      [0, 0],
      [0, TABLE_SLOTS - 1],
      [5, 9, 16_000, 16_001],
    ]) {
      const answer = await sendBySlots(attacker, host.gateway, 'unknown', slots)
      expect(answer.string()).toMatch(/^prism-receipt\/2 \d+\nlacks [\w-]+$/)
    }
    expect(heard).toEqual([])
    await expectSound('after')
  })

  test('is handed to nobody if a slot has two names', async () => {
    const { host, attacker, heard, expectSound } = await startHost()
    const first = await tell(attacker, host.gateway, ['id-0', 'id-1'], 't 0-1')
    expect(first.string()).toMatch(/^prism-receipt\/2 2\nholds [\w-]+\nhandled 0-1$/)
    const second = await tell(attacker, host.gateway, ['id-2'], 't 0')
    expect(second.string()).toBe('prism-receipt/2 1\nhandled 0')
    heard.length = 0
    const answer = await sendBySlots(attacker, host.gateway, 't', [0, 1])
    expect(answer.string()).toMatch(/^prism-receipt\/2 2\nlacks [\w-]+$/)
    expect(heard).toEqual([])
    await expectSound('after')
  })

  test('is not reported as held if its names are invalid', async () => {
    const { host, attacker, expectSound } = await startHost()
    const names = ['id-0', 'x'.repeat(100_000), '*', '', '~log']
    const answer = await tell(attacker, host.gateway, names, 't 0-4')
    expect(answer.string()).toBe('prism-receipt/2 5\nhandled 0\nrefused 1-4')
    const lacking = await sendBySlots(attacker, host.gateway, 't', [0, 0])
    expect(lacking.string()).toMatch(/lacks/)
    await expectSound('after')
  })

  test('makes it forget tables if it has very many, and no target misses a message', async () => {
    const { host, attacker, expectSound } = await startHost()
    await expectSound('before')
    for (let sent = 0; sent < 40_000; sent += 1) {
      const head = gatewayHeaders(marks, 6, 1)
      head.set('Prism-Table', `table-${sent} ${sent % TABLE_SLOTS}`)
      attacker.publish(host.gateway, `forgednobody-${sent}`, { headers: head })
      if (sent % 500 === 499) {
        // An answer means that earlier messages have been handled.
        await sendBySlots(attacker, host.gateway, 'unknown', [0, 0])
      }
    }
    for (let round = 0; round < 12; round += 1) await expectSound(`after ${round}`)
  })
})

/** Answers every message to a gateway with the attacker's reply. */
async function answerAll(
  attacker: NatsConnection,
  gateway: string,
  bodyOf: (recipients: string) => string,
  copies: number,
): Promise<() => number> {
  let messages = 0
  attacker.subscribe(gateway, {
    callback: (_, message) => {
      messages += 1
      const body = bodyOf(message.headers?.get('Prism-Recipients') ?? '')
      for (let copy = 0; copy < copies; copy += 1) message.respond(body)
    },
  })
  await attacker.flush()
  return () => messages
}

describe('a sender with lying gateways', () => {
  test('resends each message at most once after false `lacks`', async () => {
    const { host, sender, tables, attacker, expectSound } = await startHost()
    await expectSound('first')
    const messages = await answerAll(
      attacker,
      host.gateway,
      (recipients) => `prism-receipt/2 ${recipients}\nlacks evil`,
      20,
    )
    const MULTICASTS = 50
    for (let round = 0; round < MULTICASTS; round += 1) {
      const report = await sender.send(messageOf(`${round}`), tables.all(), OPTIONS)
      expect(report.counts.DELIVERED).toBe(10)
    }
    await attacker.flush()
    expect(messages()).toBeLessThanOrEqual(2 * MULTICASTS)
    expect(messages()).toBeGreaterThanOrEqual(MULTICASTS)
  })

  test.each([
    ['holds evil', 20],
    ['holds evil\nlacks evil', 20],
    ['holds', 20],
    [`holds ${'x'.repeat(1_000)}`, 3],
    ['holds a\nholds b\nholds c\nholds d\nholds e', 3],
  ])(
    'of %j reports what its gateways say, and every target gets the message once',
    async (said, copies) => {
      const { host, attacker, expectSound } = await startHost()
      await expectSound('first')
      const body = (recipients: string): string => `prism-receipt/2 ${recipients}\n${said}`
      await answerAll(attacker, host.gateway, body, copies)
      for (let round = 0; round < 20; round += 1) await expectSound(`${round}`)
    },
  )

  test('sends names for a while if a gateway claims to hold and to lack them', async () => {
    const { url, sender, attacker, expectSound } = await startHost()
    const gateway = subjects.gateway('liar')
    const tables = new NameTables()
    for (let at = 0; at < 10; at += 1) tables.put(`theirs-${at}`, gateway)
    let formats = ''
    attacker.subscribe(gateway, {
      callback: (_, message) => {
        const format = message.headers?.get('Prism-Wire') ?? ''
        formats += format
        const said = format === '2' ? 'holds liar\nhandled 0-9' : 'lacks liar'
        message.respond(`prism-receipt/2 10\n${said}`)
      },
    })
    await attacker.flush()
    for (let round = 0; round < 30; round += 1) {
      const report = await sender.send(messageOf('x'), tables.all(), OPTIONS)
      expect(report.counts.DELIVERED).toBe(10)
    }
    // By slot after the first message, and after 8 and 16 more.
    const named = (count: number): string => '2'.repeat(count)
    expect(formats).toBe(`${named(1)}3${named(9)}3${named(17)}3${named(3)}`)
    const { messenger: other } = await connectTo(url)
    await expectSound('after', other)
  })

  test('resends nothing if a process claims to lack names that it handed out', async () => {
    const { sender, attacker } = await startHost()
    const gateway = subjects.gateway('liar')
    const tables = new NameTables()
    for (let at = 0; at < 10; at += 1) tables.put(`theirs-${at}`, gateway)
    let formats = ''
    const refusal = headers()
    refusal.set('Prism-Error', 'no')
    attacker.subscribe(gateway, {
      callback: (_, message) => {
        const format = message.headers?.get('Prism-Wire') ?? ''
        formats += format
        const answer = (said: string): void => void message.respond(`prism-receipt/2 10\n${said}`)
        if (format === '2') answer('holds liar\nhandled 0-9')
        else {
          answer('lacks liar\nhandled 0-9')
          answer('holds liar\nhandled 0-3')
          answer('lacks liar')
          message.respond('', { headers: refusal })
          answer('lacks liar')
        }
      },
    })
    await attacker.flush()
    for (let round = 0; round < 4; round += 1) {
      const report = await sender.send(messageOf('x'), tables.all(), OPTIONS)
      const DELIVERED = round === 0 ? 10 : 4
      expect(report.counts).toMatchObject({ DELIVERED, FAILED: 10 - DELIVERED })
    }
    expect(formats).toBe('2333')
  })

  test('under at-least-once sends once by slot and once by name per round to a gateway that lacks everything', async () => {
    const { sender, attacker } = await startHost()
    const gateway = subjects.gateway('liar')
    const tables = new NameTables()
    for (let at = 0; at < 10; at += 1) tables.put(`theirs-${at}`, gateway)
    let messages = 0
    attacker.subscribe(gateway, {
      callback: (_, message) => {
        messages += 1
        const isNamed = message.headers?.get('Prism-Wire') === '2'
        const body = `prism-receipt/2 10\n${isNamed ? 'holds' : 'lacks'} liar`
        for (let copy = 0; copy < 50; copy += 1) message.respond(body)
      },
    })
    await attacker.flush()
    // Resends follow after 200, 400, 800 ms and so on: at most four rounds.
    const options: SendOptions = { ...OPTIONS, delivery: 'at-least-once', timeoutMs: 1_300 }
    const report = await sender.send(messageOf('x'), tables.all(), options)
    expect(report.counts.TIMEOUT).toBe(10)
    expect(messages).toBeLessThanOrEqual(8)
  })
})
