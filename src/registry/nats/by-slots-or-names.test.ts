import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, headers, type Msg } from '@nats-io/transport-node'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms, type ProgramOptions } from '../../environment/programs.ts'
import { Subjects } from './subjects.ts'
import {
  connectTo,
  Counts,
  hearGateway,
  identitiesOf,
  messageOf,
  namespace,
  send,
  startHeld,
  startServer,
  tablesOf,
} from './testing/held-host.ts'

const subjects = new Subjects('prism.multicast', namespace)
const missing = missingPrograms()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

describe('several processes of one gateway', () => {
  test('share its messages: every identity gets each multicast once', async () => {
    const { sender, tables, identities, counts, url } = await startHeld(500)
    const other = await connectTo(url, 'host')
    await other.subscribe(identities, counts.handler)
    for (let round = 0; round < 60; round += 1) {
      expect(await send(sender, tables)).toEqual({ DELIVERED: 500 })
      expect(counts.take()).toEqual({ 1: 500 })
    }
  })

  test('may include one that supports slots and one that does not', async () => {
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

/** A gateway that supports only wire format 2 and refuses everything else. */
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

test('a plain gateway, which never reports held names, always receives names', async () => {
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
    'receives messages by name and by slot that fit, with a payload of %i bytes',
    async (payloadBytes) => {
      const { url } = await startServer(smallServer())
      const counts = new Counts()
      const host = await connectTo(url)
      const identities = identitiesOf(600)
      await host.subscribe(identities, counts.handler)
      const sender = await connectTo(url)
      const tables = tablesOf(identities, host.gateway)
      // With gaps everywhere, slots take the maximum room.
      for (let at = 0; at < 600; at += 2) tables.remove(`id-${at}`)
      for (let round = 0; round < 4; round += 1) {
        const sending = send(sender, tables, {}, messageOf(payloadBytes))
        expect(await sending).toEqual({ DELIVERED: 300 })
      }
      expect(counts.take()).toEqual({ 4: 300 })
    },
  )
})
