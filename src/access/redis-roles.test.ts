import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram, startRedisProgram, type ServerProgram } from '../environment/programs.ts'
import { connectRedisStore } from '../registry/redis/redis-store.ts'
import type { RegistryStore } from '../registry/store.ts'
import { nextOf, watch } from '../registry/testing/open-watch.ts'
import { identitiesOf, request } from '../registry/testing/store.contract.ts'
import { Warnings } from '../registry/warnings.ts'
import { aclRules } from './render-redis.ts'
import type { RoleName } from './role.ts'
import { createRedisUser, loadFunctions, urlFor, userOf } from './testing/tenant-users.ts'

const hasProgram = findProgram('redis-server') !== undefined
const TENANT = 'a'
/** More than a reader loads without taking turns. */
const IDENTITIES = 1_100

/** What a process of a role does. `others` has all rights. */
type Work = (store: RegistryStore, others: RegistryStore) => Promise<void>

const WORK: Readonly<Partial<Record<RoleName, Work>>> = {
  writer: write,
  gateway: write,
  reader: read,
  sender: read,
}

async function write(store: RegistryStore): Promise<void> {
  const { registeredAt } = await store.register(request('w', { ttlMs: 60_000, gateway: 'g-1' }))
  await store.moveTo({ identity: 'w', registeredAt, gateway: 'g-1' }, 'g-2')
  await store.heartbeat('w', 60_000)
  await store.heartbeat('w', 0)
  await store.register(request('w')).catch(unlessRefused)
  await store.register(request('w', { replace: true, ttlMs: 1 }))
  await store.register(request('w', { replace: true }))
  await store.unregister('w')
}

async function read(store: RegistryStore, others: RegistryStore): Promise<void> {
  expect(await identitiesOf(store)).toHaveLength(IDENTITIES)
  expect(await store.lookUp(['user-1'])).toHaveLength(1)
  const events = watch(store, { initial: false })
  const { token } = await nextOf(events)
  await others.register(request('watched'))
  await nextOf(events)
  await events.return?.()
  const resumed = watch(store, { from: token })
  await nextOf(resumed)
  await resumed.return?.()
  await others.unregister('watched')
}

function unlessRefused(error: unknown): void {
  if (!/ALREADY_EXISTS/.test(String(Reflect.get(Object(error), 'code')))) throw error
}

describe.skipIf(!hasProgram)('A role in Redis (needs redis-server on the PATH)', () => {
  let server: ServerProgram
  let admin: Redis
  let others: RegistryStore

  beforeAll(async () => {
    server = await startRedisProgram()
    admin = new Redis(server.url)
    await loadFunctions(admin)
    others = await connectRedisStore({ url: server.url, namespace: TENANT })
    const identities = Array.from({ length: IDENTITIES }, (_, at) => `user-${at}`)
    await Promise.all(identities.map((identity) => others.register(request(identity))))
  })

  afterAll(async () => {
    await others.close()
    await admin.quit()
    await server.stop()
  })

  describe.each(['functions', 'eval'] as const)('by scripts: %s', (scripts) => {
    const rulesOf = (role: RoleName) =>
      aclRules(userOf(TENANT, [role], { functions: scripts === 'functions' }))

    /** Does a role's work with these rules. @returns what the caller learns of its failures. */
    async function workWith(role: RoleName, rules: readonly string[]): Promise<string> {
      const user = userOf(TENANT, [role])
      await createRedisUser(admin, user, rules)
      // What a call that failed may have left.
      await others.unregister('w')
      await others.unregister('watched')
      await admin.script('FLUSH')
      await admin.acl('LOG', 'RESET')
      const learned: string[] = []
      const learn = ({ message }: { readonly message: string }) => void learned.push(message)
      try {
        const store = await connectRedisStore({
          url: urlFor(user, server.port),
          namespace: TENANT,
          scripts,
          // So near to the limit that the live ones are counted.
          maxIdentities: IDENTITIES + 1,
          warnings: new Warnings(learn),
        })
        try {
          await WORK[role]?.(store, others)
        } finally {
          await store.close()
        }
      } catch (error) {
        learn(error instanceof Error ? error : new Error(String(error)))
      }
      return learned.join('\n')
    }

    /** The denied commands and keys. */
    async function denials(): Promise<readonly string[]> {
      const log: unknown = await admin.acl('LOG')
      const texts = Array.isArray(log) ? log.map((entry) => JSON.stringify(entry)) : []
      return texts.map((text) => /"object","([^"]*)"/.exec(text)?.[1] ?? text)
    }

    test.each(['writer', 'reader', 'sender', 'gateway', 'receiver'] as const)(
      '%s does its work, and is denied nothing that it needs',
      async (role) => {
        expect(await workWith(role, rulesOf(role))).toBe('')
        // By texts, a store asks once for what it can do without.
        const without = scripts === 'functions' ? [] : ['info', 'dbsize']
        expect((await denials()).filter((denied) => !without.includes(denied))).toEqual([])
      },
    )

    describe.each(['writer', 'reader'] as const)(
      '%s learns from the error which right is missing',
      (role) => {
        const rules = rulesOf(role)
        // Without it only a metric is absent.
        const required = rules.filter((rule) => rule !== '+xlen')
        const missing = required.flatMap((rule) => rulesWithout(rule, rules))
        test.each(missing)('$right', async ({ right, left }) => {
          const learned = await workWith(role, left)
          expect(learned).toContain(right.startsWith('~') ? 'access to a:' : right)
        })
      },
    )

    test('a receiver learns which right is missing', async () => {
      const rules = rulesOf('receiver')
      for (const right of rules.filter((rule) => /^[+~]/.test(rule))) {
        const learned = await workWith(
          'receiver',
          rules.filter((rule) => rule !== right),
        )
        expect(learned).toContain(right.startsWith('~') ? `access to ${right.slice(1)}` : right)
      }
    })
  })

  test.each([
    { right: 'select', changes: { database: 1 }, path: '/1', options: {} },
    {
      right: 'wait',
      changes: { waitForReplicas: true },
      path: '',
      options: { waitForReplicas: { count: 1, timeoutMs: 50 } },
    },
  ])('a writer learns that it lacks $right', async ({ right, changes, path, options }) => {
    const user = userOf(TENANT, ['writer'], changes)
    const register = async (rules: readonly string[]) => {
      await createRedisUser(admin, user, rules)
      const url = `${urlFor(user, server.port)}${path}`
      const store = await connectRedisStore({
        url,
        namespace: TENANT,
        scripts: 'functions',
        ...options,
      })
      try {
        await store.register(request('w', { replace: true }))
      } finally {
        await store.close()
      }
    }
    const rules = aclRules(user)
    expect(rules).toContain(`+${right}`)
    const denied = register(rules.filter((rule) => rule !== `+${right}`))
    await expect(denied).rejects.toThrow(`'${right}' command`)
    // There is no replica, so a write that may wait says that instead.
    const permitted = await register(rules).catch(String)
    expect(permitted ?? '').not.toContain('NOPERM')
  })

  test('is let in by the password of which the rules have the hash', async () => {
    const passwordSha256 = createHash('sha256').update('secret').digest('hex')
    const user = { ...userOf(TENANT, ['receiver']), passwordSha256 }
    await admin.acl('SETUSER', user.name, ...aclRules(user))
    const url = (password: string) => `redis://a-receiver:${password}@127.0.0.1:${server.port}`
    const connect = (password: string) =>
      connectRedisStore({ url: url(password), namespace: TENANT, scripts: 'functions' })
    await (await connect('secret')).close()
    await expect(connect('guess')).rejects.toThrow('WRONGPASS')
  })
})

/** The rules without a right: a rule of its own, or a word of a selector. */
function rulesWithout(rule: string, rules: readonly string[]) {
  const replaced = (by: readonly string[]) => rules.flatMap((each) => (each === rule ? by : [each]))
  if (/^[+~]/.test(rule)) return [{ right: rule, left: replaced([]) }]
  if (!rule.startsWith('(')) return []
  const words = rule.slice(1, -1).split(' ')
  return words.map((right) => ({
    right,
    left: replaced([`(${words.filter((word) => word !== right).join(' ')})`]),
  }))
}
