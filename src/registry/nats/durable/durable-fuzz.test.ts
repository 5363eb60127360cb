import { once } from 'node:events'
import { connect as connectSocket, type Socket } from 'node:net'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { missingPrograms } from '../../../environment/programs.ts'
import {
  connect,
  connectAnyone,
  EXACTLY_ONCE,
  messageOf,
  startServer,
  SUBJECTS,
  targetsOf,
} from '../testing/durable-nats.ts'

const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

const INPUTS = 100_000

/** Any text that the server takes as a block of headers, often close to one of ours. */
const line = fc.oneof(
  fc.constantFrom(
    'Prism-Wire: 2',
    'Prism-Message-Id: m',
    'Prism-Payload-Bytes: 1',
    'Prism-Recipients: 1',
    'Prism-Resendable: 1',
    'Prism-Repeatable: 1',
    'Prism-Receipt-To: forged.subject',
    'Prism-Receipt-To: $JS.API.STREAM.DELETE.ORDERS',
    'bad key: v',
    ': v',
    'Prism-Wire:2',
    'prism-wire: 2',
    'Prism-Payload-Bytes: -1',
    'Prism-Recipients: 99999999999',
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
)
const block = fc
  .tuple(
    fc.constantFrom('NATS/1.0', 'NATS/1.0 503', 'NATS/1.0 x'),
    fc.array(line, { maxLength: 8 }),
  )
  .map(([start, lines]) => [start, ...lines, '', ''].join('\r\n'))
const body = fc.oneof(
  fc.constantFrom('', 'xa', 'xa\nb', 'a', 'prism-receipt/2 1\nhandled 0', 'victim'),
  fc.string({ maxLength: 30 }),
)

function publish(socket: Socket, subject: string, headerBlock: string, text: string): void {
  const headerBytes = Buffer.byteLength(headerBlock)
  const bytes = headerBytes + Buffer.byteLength(text)
  socket.write(`HPUB ${subject} ${headerBytes} ${bytes}\r\n${headerBlock}${text}\r\n`)
}

describe('a durable gateway under arbitrary input', () => {
  test('keeps receiving, warns, and sends nothing to foreign subjects', async () => {
    const { url, port } = await startServer()
    const host = await connect(url, { gatewayName: 'orders' })
    const handled = new Set<string>()
    await host.subscribe('victim', ({ id }) => void handled.add(id))
    const nats = await connectAnyone(url)
    const foreign = new Set<string>()
    nats.subscribe('>', {
      callback: (error, { subject }) => {
        const ours =
          /^(_INBOX\.|prism\.multicast-|\$JS\.(ACK|API\.(CONSUMER|STREAM\.(INFO|MSG|PURGE)|INFO))|\$JS\.EVENT\.)/
        if (error === null && !ours.test(subject)) foreign.add(subject)
      },
    })
    await nats.flush()
    const socket = connectSocket(port, '127.0.0.1')
    socket.write('CONNECT {"verbose":false,"headers":true}\r\n')
    const subjects = [SUBJECTS.durable('orders'), SUBJECTS.progress('orders', 'key')]
    const seed = fc.readConfigureGlobal().seed ?? Date.now()
    const input = fc.tuple(fc.constantFrom(...subjects), block, body)
    const inputs = fc.sample(input, { numRuns: INPUTS, seed })
    for (const [subject, headerBlock, text] of inputs) publish(socket, subject, headerBlock, text)
    socket.write('PING\r\n')
    let said = ''
    while (!said.includes('PONG')) said += String((await once(socket, 'data'))[0])
    socket.destroy()
    expect(said).not.toContain('-ERR')

    const sender = await connect(url, {})
    const message = messageOf('x')
    const patient = { ...EXACTLY_ONCE, timeoutMs: 100_000 }
    const statuses = await sender.send(message, targetsOf(host, 'victim'), patient)
    expect(statuses.get('victim'), `seed ${seed}`).toBe('DELIVERED')
    expect(handled).toContain(message.id)
    expect(host.warned('MALFORMED_MESSAGE')).toBeGreaterThan(INPUTS / 10)
    expect([...foreign], `seed ${seed}`).toEqual([])
  }, 120_000)
})
