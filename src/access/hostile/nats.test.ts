import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram, startNatsProgram, type ServerProgram } from '../../environment/programs.ts'
import type { Messenger } from '../../registry/messenger.ts'
import { connectNatsMessenger } from '../../registry/nats/nats-messenger.ts'
import { DEFAULT_SUBJECT_PREFIX } from '../../registry/nats/subjects.ts'
import { Warnings } from '../../registry/warnings.ts'
import type { AccountModel } from '../render-nats.ts'
import { natsConfigurationOf, natsUrlFor, passwordOf, userOf } from '../testing/tenant-users.ts'
import { GATEWAY, NATS_ATTACKS } from './testing/nats-attacks.ts'
import { openRawNats } from './testing/raw-nats.ts'
import { ATTACKER, IDENTITY, VICTIM } from './testing/redis-attacks.ts'

const hasProgram = findProgram('nats-server') !== undefined
const SECRET = 'of the victim only'
const SEED = 20_261
const RANDOM_FRAMES = 20_000
const AT_A_TIME = 1_000

describe.skipIf(!hasProgram)('A tenant of a shared NATS (needs nats-server on the PATH)', () => {
  describe('in an account that all share, with the least rights', () => {
    const tenants = twoTenants('shared')

    test.each(NATS_ATTACKS)("$kind: can't $name", async ({ frames, says, as }) => {
      expect(await tenants.attack(frames, as)).toMatch(says)
    })

    test('is heard and hears nothing, whatever frames it sends', async () => {
      const seed = Number(process.env['HOSTILE_SEED'] ?? fc.readConfigureGlobal().seed ?? SEED)
      const frames = fc.sample(randomFrame(), { numRuns: RANDOM_FRAMES, seed })
      let denied = 0
      for (let from = 0; from < frames.length; from += AT_A_TIME) {
        const place = `HOSTILE_SEED=${seed}, frames ${from} to ${from + AT_A_TIME}`
        const some = frames.slice(from, from + AT_A_TIME).join('')
        const said = await tenants.attack(some).catch((error: unknown) => {
          throw new Error(`${place}: ${String(error)}`, { cause: error })
        })
        denied += said.split('Permissions Violation').length - 1
      }
      expect(denied, `HOSTILE_SEED=${seed}`).toBeGreaterThan(RANDOM_FRAMES / 10)
    })

    test('learns the same about what exists and what does not', async () => {
      for (const { frames, name } of NATS_ATTACKS) {
        if (!/^(SUB|PUB) \S*\.victim\./.test(frames)) continue
        const missing = frames.replaceAll(`.${VICTIM}.`, '.nobody.')
        const [said, other] = [await tenants.attack(frames), await tenants.attack(missing)]
        expect(errorsIn(other.replaceAll('.nobody.', `.${VICTIM}.`)), name).toEqual(errorsIn(said))
      }
    })
  })

  describe('in an account of its own, with all rights in it', () => {
    const tenants = twoTenants('own')

    test.each(NATS_ATTACKS.filter(({ as }) => as === undefined))(
      "$kind: can't $name",
      async ({ frames }) => {
        await tenants.attack(frames)
      },
    )
  })
})

/** What the server refused, without what it says in between. */
function errorsIn(said: string): readonly string[] {
  return said.match(/-ERR '.*'/g) ?? []
}

function randomFrame() {
  const namespace = fc.oneof(
    { weight: 4, arbitrary: fc.constant(VICTIM) },
    fc.constantFrom(ATTACKER, '*', '>', 'none'),
  )
  const role = fc.constantFrom('', '-gateway', '-subscribers', '-durable', '-progress')
  const name = fc.constantFrom(IDENTITY, GATEWAY, '*', '>', 'durable.g', 'x')
  const subject = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(role, namespace, name)
        .map(([at, of, end]) => `${DEFAULT_SUBJECT_PREFIX}${at}.${of}.${end}`),
    },
    { weight: 2, arbitrary: fc.tuple(namespace, name).map(([of, end]) => `_INBOX.${of}.${end}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '>',
        '*',
        '*.*',
        '*.*.*',
        '*.*.*.*',
        '$SYS.>',
        '$JS.API.>',
        '$JS.API.STREAM.NAMES',
        '$JS.API.STREAM.CREATE.S',
      ),
    },
  )
  const number = fc.integer({ min: 1, max: 50 })
  const body = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, ''))
  return fc.oneof(
    fc.tuple(subject, number).map(([to, sid]) => `SUB ${to} ${sid}\r\n`),
    fc
      .tuple(subject, fc.constantFrom('gateway', 'q'), number)
      .map(([to, queue, sid]) => `SUB ${to} ${queue} ${sid}\r\n`),
    fc
      .tuple(subject, subject, body)
      .map(([to, reply, text]) => `PUB ${to} ${reply} ${Buffer.byteLength(text)}\r\n${text}\r\n`),
    number.map((sid) => `UNSUB ${sid}\r\n`),
  )
}

/** Two tenants of a server; the victim sends and receives. */
function twoTenants(model: AccountModel) {
  let server: ServerProgram
  let sender: Messenger
  const opened: Messenger[] = []
  const handled: string[] = []

  beforeAll(async () => {
    const [attacker, victim] = [ATTACKER, VICTIM].map((name) => ({
      ...userOf(name, ['loadtest']),
      name,
    }))
    if (attacker === undefined || victim === undefined) throw new Error('two users')
    const everything = { publish: ['>'], subscribe: ['>'] }
    // In an account of its own, even a tenant with all rights is kept apart.
    const users = [
      model === 'own' ? { ...attacker, nats: everything, durable: true } : attacker,
      victim,
    ]
    server = await startNatsProgram({ files: { 'server.conf': natsConfigurationOf(users, model) } })
    const open = async (namespace: string, gatewayName: string) => {
      const servers = [natsUrlFor({ name: namespace }, server.port)]
      const messenger = await connectNatsMessenger({
        servers,
        namespace,
        gatewayName,
        warnings: new Warnings(() => {}),
      })
      opened.push(messenger)
      return messenger
    }
    const host = await open(VICTIM, GATEWAY)
    await host.subscribe(
      IDENTITY,
      ({ payload }) => void handled.push(new TextDecoder().decode(payload)),
    )
    sender = await open(VICTIM, 'sender')
    const deputy = await open(ATTACKER, GATEWAY)
    await deputy.subscribe(IDENTITY, () => {})
  })

  afterAll(async () => {
    await Promise.all(opened.map((messenger) => messenger.close()))
    await server.stop()
  })

  return {
    /** Attacks while the victim sends, and checks that it notices nothing. @returns what the attacker hears. */
    attack: async (
      frames: string,
      as: { user?: string; pass?: string } = { user: ATTACKER },
    ): Promise<string> => {
      const attacker = await openRawNats(
        server.port,
        'user' in as ? { pass: passwordOf({ name: ATTACKER }), ...as } : as,
      )
      onTestFinished(() => attacker.close())
      attacker.send(frames)
      await attacker.said()
      handled.length = 0
      const message = { id: crypto.randomUUID(), payload: new TextEncoder().encode(SECRET) }
      const gateway = opened[0]?.gateway ?? ''
      for (const target of [
        { identity: IDENTITY, gateway: null },
        { identity: IDENTITY, gateway },
      ]) {
        const sent = await sender.send(message, [target], {
          delivery: 'at-most-once',
          timeoutMs: 5_000,
          receipts: true,
        })
        expect(sent.get(IDENTITY)).toBe('DELIVERED')
      }
      const said = await attacker.said()
      attacker.close()
      expect(handled).toEqual([SECRET, SECRET])
      expect(said).not.toContain(SECRET)
      return said
    },
  }
}
