import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nkeys } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  CONFIGURATION_FILE,
  missingPrograms,
  startNatsProgram,
} from '../../environment/programs.ts'
import type { NatsCredentials } from '../credentials.ts'
import type { DeliveryGuarantee, Messenger } from '../messenger.ts'
import { Warnings } from '../warnings.ts'
import type { NatsMessengerOptions } from './messenger-options.ts'
import { connectNatsMessenger } from './nats-messenger.ts'
import { type OperatedServer, startOperatedServer } from './testing/nats-operator.ts'

/** How long credentials live, in ms, of which the registry is told; the server admits them for longer: the machine may be busy. */
const LIFE_MS = 1_000

let operated: OperatedServer

/** A messenger with credentials from a function, the number of its calls, and its warnings. */
async function open(
  provide: () => NatsCredentials | Promise<NatsCredentials>,
  options: Partial<NatsMessengerOptions> = {},
) {
  const told: string[] = []
  const ups: boolean[] = []
  let asked = 0
  const messenger = await connectNatsMessenger({
    servers: [operated.server.url],
    namespace: 'test',
    credentials: () => {
      asked += 1
      return provide()
    },
    warnings: new Warnings(({ code, message }) => told.push(`${code} ${message}`)),
    onUpChange: (up) => ups.push(up),
    ...options,
  })
  onTestFinished(() => messenger.close())
  return Object.assign(messenger, { told, ups, asked: () => asked })
}

/** Sends to identities until told to stop; counts sends, and how often handlers got each message. */
async function sendAll(sender: Messenger, host: Messenger, delivery: DeliveryGuarantee) {
  const handled = new Map<string, number>()
  const own = delivery === 'at-most-once'
  const prefix = `${delivery}-${host.gateway.slice(-4)}`
  const identities = ['a', 'b', 'c'].map((name) => `${prefix}.${name}`)
  await host.subscribe(identities, ({ id, identity }) => {
    const key = `${id} ${identity}`
    handled.set(key, (handled.get(key) ?? 0) + 1)
  })
  const over = new AbortController()
  onTestFinished(() => over.abort())
  const wrong: string[] = []
  let sent = 0
  const lane = async (): Promise<void> => {
    while (!over.signal.aborted) {
      sent += 1
      const message = { id: crypto.randomUUID(), payload: new Uint8Array(100) }
      // By the gateway, and by the identity's own subject.
      const targets = identities.map((identity, index) => ({
        identity,
        gateway: own && index === 0 ? null : host.gateway,
      }))
      try {
        const options = { delivery, timeoutMs: 10_000, receipts: true }
        const report = await sender.send(message, targets, options)
        if (report.counts.DELIVERED < 3) wrong.push(JSON.stringify([...report]))
        for (const identity of identities) {
          const times = handled.get(`${message.id} ${identity}`) ?? 0
          if (times !== 1) wrong.push(`${identity} got a message ${times} times`)
        }
      } catch (error) {
        wrong.push(String(error))
      }
      await delay(2)
    }
  }
  const lanes = [lane(), lane()]
  return async () => {
    over.abort()
    await Promise.all(lanes)
    return { sent, wrong }
  }
}

if (missingPrograms() === undefined) {
  beforeAll(async () => {
    operated = await startOperatedServer()
  })
  afterAll(() => operated.server.stop())

  describe('credentials of NATS that end again and again', () => {
    test('are replaced without a message lost, late or twice, for every guarantee', async () => {
      const provide = () => ({ creds: operated.credsFor(60_000), expiresAt: Date.now() + LIFE_MS })
      const durable = { gatewayName: 'host' }
      const sender = await open(provide, { connections: 2, durability: {} })
      const host = await open(provide, { connections: 2 })
      const durableHost = await open(provide, { durability: durable })
      const stops = [
        await sendAll(sender, host, 'at-most-once'),
        await sendAll(sender, host, 'at-least-once'),
        await sendAll(sender, durableHost, 'exactly-once'),
      ]
      const messengers = [sender, host, durableHost]
      const rotated = (times: number) =>
        expect
          .poll(() => messengers.every((each) => each.asked() > times), { timeout: 60_000 })
          .toBe(true)
      await rotated(1)
      const since = Date.now()
      await rotated(3)
      for (const stop of stops) {
        const { sent, wrong } = await stop()
        expect(wrong).toEqual([])
        expect(sent).toBeGreaterThan(10)
      }
      expect(messengers.flatMap(({ ups }) => ups)).toEqual([])
      // Those of the first credentials are gone: one is left in the place of each.
      await expect
        .poll(async () => (await operated.connectedSince()).map((time) => time > since))
        .toEqual([true, true, true, true, true])
    })

    test('move with identities and patterns that come and go', async () => {
      const provide = () => ({ creds: operated.credsFor(), expiresAt: Date.now() + LIFE_MS / 2 })
      const sender = await open(provide)
      const host = await open(provide, { connections: 2, gatewayName: 'patterns' })
      const got: string[] = []
      const note = ({ identity }: { readonly identity: string }) => void got.push(identity)
      await host.subscribeMatching('p*', note)
      const rounds = 30
      for (let round = 0; round < rounds; round += 1) {
        const identity = `i${round}`
        const subscription = await host.subscribe(identity, note)
        expect(await statusOf(sender, identity)).toBe('DELIVERED')
        await subscription.unsubscribe()
        expect(await statusOf(sender, identity, false)).toBe('PENDING')
        expect(await statusOf(sender, `p${round}`)).toBe('DELIVERED')
        await delay(20)
      }
      expect(got).toHaveLength(2 * rounds)
      expect(host.asked()).toBeGreaterThan(1)
    })
  })

  test('a user that is revoked is answered by asking for another one, and the messenger returns', async () => {
    const key = nkeys.createUser()
    const users = (rule: string): string => `authorization: { users: [${rule}] }`
    const server = await startNatsProgram({
      files: { [CONFIGURATION_FILE]: users('{ user: ann, password: hunter2 }') },
    })
    onTestFinished(() => server.stop())
    const nkeySeed = new TextDecoder().decode(key.getSeed())
    const host = await open(inTurn({ user: 'ann', password: 'hunter2' }, { nkeySeed }), {
      servers: [server.url],
    })
    await host.subscribe('kept', () => {})
    expect(await statusOf(host, 'kept')).toBe('DELIVERED')
    writeFileSync(join(server.folder, CONFIGURATION_FILE), users(`{ nkey: ${key.getPublicKey()} }`))
    process.kill(server.pid, 'SIGHUP')
    await expect
      .poll(() => host.asked() > 1 && statusOf(host, 'kept').catch(String), { timeout: 20_000 })
      .toBe('DELIVERED')
    expect(host.told.join()).not.toContain('hunter2')
  })

  test.each<[string, () => NatsCredentials, RegExp]>([
    [
      'may not subscribe to what is in use',
      () => ({
        creds: operated.credsFor(60_000, { sub: { deny: ['prism.multicast-gateway.test.*'] } }),
      }),
      /NATS refused the subscription to "prism\.multicast-gateway\.test\..*"/,
    ],
    [
      'the server refuses',
      () => ({ user: 'nobody', password: 'hunter2' }),
      /the server refused the credentials/,
    ],
  ])(
    'new credentials that %s are not used while the old ones are valid',
    async (_, wrong, said) => {
      let isFirst = true
      const host = await open(() => {
        const credentials = isFirst ? { creds: operated.credsFor(60_000) } : wrong()
        isFirst = false
        return { ...credentials, expiresAt: Date.now() + LIFE_MS }
      })
      await host.subscribe('kept', () => {})
      await expect
        .poll(() => host.told.find((text) => text.startsWith('CREDENTIALS_FAILED')))
        .toMatch(/options\.natsCredentials: new credentials can't be used: .*; the present ones/)
      expect(host.told.join()).toMatch(said)
      expect(host.told.join()).not.toContain('hunter2')
      const targets = [{ identity: 'kept', gateway: host.gateway }]
      const message = { id: 'm', payload: new Uint8Array(1) }
      const options = { delivery: 'at-most-once', timeoutMs: 5_000, receipts: true } as const
      const report = await host.send(message, targets, options)
      expect([report.get('kept'), host.ups]).toEqual(['DELIVERED', []])
    },
  )

  test('credentials are refused beside those of a URL, without a word of them', async () => {
    const servers = [operated.server.url.replace('//', '//me:hunter2@')]
    await expect(open(() => ({ token: 'hunter2' }), { servers })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('hunter2'),
    })
    await expect(open(() => ({ token: 'hunter2' }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining('hunter2'),
    })
  })
}

/** Answers in turn; the last one again and again. */
function inTurn(...answers: readonly NatsCredentials[]): () => NatsCredentials {
  let next = 0
  return () => answers[Math.min(next++, answers.length - 1)] ?? { token: '' }
}

/** The outcome of a message to an identity's own subject. */
async function statusOf(sender: Messenger, identity: string, receipts = true) {
  const message = { id: crypto.randomUUID(), payload: new Uint8Array(1) }
  const targets = [{ identity, gateway: null }]
  const options = { delivery: 'at-most-once', timeoutMs: 5_000, receipts } as const
  return (await sender.send(message, targets, options)).get(identity)
}
