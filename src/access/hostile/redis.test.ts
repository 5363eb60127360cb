import { Redis } from 'ioredis'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findProgram } from '../../environment/programs.ts'
import { SCRIPTS } from '../../registry/redis/catalogue.ts'
import { functionOf } from '../../registry/redis/functions.ts'
import { ATTACKER, IDENTITY, REDIS_ATTACKS, VICTIM } from './testing/redis-attacks.ts'
import { sendRaw } from './testing/raw-redis.ts'
import { passwordOf } from '../testing/tenant-users.ts'
import { SECRET, startTwoTenants } from './testing/two-tenants.ts'

/** The seed of random commands; `HOSTILE_SEED` sets another. */
const SEED = 20_261
const RANDOM_COMMANDS = 20_000
const AT_A_TIME = 1_000

/** Commands that end or change the connection, which the named attacks cover. */
const LEAVES = new Set(['reset', 'quit', 'hello', 'auth'])

const WORDS = [
  '*',
  'victim:',
  'victim:*',
  '-',
  '+',
  '-inf',
  '+inf',
  '$',
  '>',
  'COUNT',
  'STREAMS',
  'STORE',
  'GET',
  'BY',
  'MATCH',
  'MAXLEN',
  'LIMIT',
  'REPLACE',
  'WITHSCORES',
  'BYSCORE',
  'metadata',
  'alice',
]

const hasProgram = findProgram('redis-server') !== undefined

describe.skipIf(!hasProgram)('A tenant of a shared Redis (needs redis-server on the PATH)', () => {
  let tenants: Awaited<ReturnType<typeof startTwoTenants>>
  let state: unknown

  beforeAll(async () => {
    tenants = await startTwoTenants()
    state = await tenants.stateOfVictim()
    expect(JSON.stringify(state)).toContain(SECRET)
  })

  afterAll(async () => {
    await tenants.stop()
  })

  function attacker(): Redis {
    const redis = tenants.connectAttacker()
    onTestFinished(() => redis.disconnect())
    return redis
  }

  test.each(REDIS_ATTACKS)("$kind: can't $name", async ({ commands, replies }) => {
    const redis = attacker()
    const said: string[] = []
    for (const command of commands) said.push(await replyTo(redis, command))
    expect(said.at(-1)).toMatch(replies)
    expect(said.join()).not.toContain(SECRET)
    expect(await tenants.stateOfVictim()).toEqual(state)
  })

  test('learns the same about what exists and what does not', async () => {
    const redis = attacker()
    const renamed = (word: string | number) =>
      typeof word === 'string'
        ? word.replace(new RegExp(`^(~\\w+:)?${VICTIM}(?=:|$)`), '$1nobody')
        : word
    for (const { commands, name } of REDIS_ATTACKS) {
      const last = commands.at(-1) ?? ['PING']
      if (last[0] === 'RESET' || commands.length > 1) continue
      const other = last.map(renamed)
      expect(await replyTo(redis, other), name).toBe(await replyTo(redis, last))
      const missing = last.map((word) =>
        word === `${VICTIM}:${IDENTITY}` ? `${VICTIM}:none` : word,
      )
      expect(await replyTo(redis, missing), name).toBe(await replyTo(redis, last))
    }
  })

  test('is denied any random commands, on the keys of another as on its own', async () => {
    const seed = Number(process.env['HOSTILE_SEED'] ?? fc.readConfigureGlobal().seed ?? SEED)
    const commands = fc.sample(await randomCommand(), { numRuns: RANDOM_COMMANDS, seed })
    let denied = 0
    for (let from = 0; from < commands.length; from += AT_A_TIME) {
      const some = commands.slice(from, from + AT_A_TIME)
      const said = await sendRaw(tenants.server.port, [
        ['AUTH', ATTACKER, passwordOf({ name: ATTACKER })],
        ...some,
      ])
      const place = `HOSTILE_SEED=${seed}, commands ${from} to ${from + AT_A_TIME}`
      expect(said.includes(SECRET), place).toBe(false)
      expect(await tenants.stateOfVictim(), place).toEqual(state)
      denied += said.split('-NOPERM').length - 1
    }
    expect(denied).toBeGreaterThan(RANDOM_COMMANDS / 10)
  })

  /** Commands of the server and of the attacker's rights, with arguments of which many are keys of the victim. */
  async function randomCommand() {
    const listed = await tenants.admin.call('COMMAND', 'LIST')
    const all = Array.isArray(listed) ? listed.map(String) : []
    const name = fc.oneof(
      fc.constantFrom(...all.filter((each) => !LEAVES.has(each))),
      fc.constantFrom(...tenants.permitted),
    )
    const functions = Object.values(SCRIPTS).map((script) => functionOf(script) ?? '')
    const word = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...['alice', '~index', '~log', '~loads', 'none'].map((key) => `${VICTIM}:${key}`),
        ),
      },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...['alice', '~index', '~log', 'x'].map((key) => `${ATTACKER}:${key}`),
        ),
      },
      { weight: 3, arbitrary: fc.integer({ min: -2, max: 1_000 }).map(String) },
      { weight: 1, arbitrary: fc.constantFrom(...functions) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          ...['~quota:', '~spent:', '~leases:'].flatMap((key) => [key + VICTIM, key + ATTACKER]),
        ),
      },
      { weight: 2, arbitrary: fc.constantFrom(...WORDS) },
      { weight: 1, arbitrary: fc.string({ maxLength: 10 }) },
    )
    return fc.tuple(name, fc.array(word, { maxLength: 8 })).map(([first, rest]) => [first, ...rest])
  }

  test('needs a password: the default user is off', async () => {
    const { port } = tenants.server
    const anonymous = new Redis(port, { enableReadyCheck: false, disableClientInfo: true })
    anonymous.on('error', () => {})
    onTestFinished(() => anonymous.disconnect())
    expect(await replyTo(anonymous, ['PING'])).toMatch(/^NOAUTH/)
  })
})

/** An error's message, or the reply as JSON. */
async function replyTo(
  redis: Redis,
  [name = '', ...args]: readonly (string | number)[],
): Promise<string> {
  try {
    return JSON.stringify(await redis.call(String(name), ...args))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
