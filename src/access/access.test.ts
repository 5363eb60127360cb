import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SCRIPTS } from '../registry/redis/catalogue.ts'
import { accessUser } from './access-user.ts'
import { natsConfiguration, passwordVariable } from './render-nats.ts'
import { aclFileLine, aclSetUser } from './render-redis.ts'
import { ROLE_NAMES, ROLES, type AccessRequest } from './role.ts'
import { requestOf } from './testing/tenant-users.ts'

const REDIS = resolve(import.meta.dirname, '../registry/redis')

const rulesOf = (changes: Partial<AccessRequest>) => aclSetUser(accessUser(requestOf(changes)))

describe('the rights of a role', () => {
  test.each(ROLE_NAMES)('name only keys and subjects of the tenant: %s', (role) => {
    const { redis, nats } = accessUser(requestOf({ roles: [role], tenant: 'orders' }))
    for (const grant of [redis.main, ...redis.others]) {
      expect(grant.keys.every((key) => key.startsWith('orders:'))).toBe(true)
    }
    const subjects = [...nats.publish, ...nats.subscribe]
    expect(subjects.every((subject) => /\.orders(\.|$)/.test(subject))).toBe(true)
  })

  test.each(ROLE_NAMES)('show nothing about other tenants, with functions: %s', (role) => {
    expect(rulesOf({ roles: [role] })).not.toMatch(
      /\+(@|all|info|dbsize|scan|keys|eval|script|config|client|acl|publish|subscribe)/,
    )
  })

  test('of several roles are those of each', () => {
    const { redis, nats } = accessUser(requestOf({ roles: ['reader', 'writer', 'sender'] }))
    for (const role of ['reader', 'writer', 'sender'] as const) {
      const one = accessUser(requestOf({ roles: [role] }))
      expect(redis.main.commands).toEqual(expect.arrayContaining([...one.redis.main.commands]))
      expect(nats.publish).toEqual(expect.arrayContaining([...one.nats.publish]))
    }
    // What a writer may do to all keys needs no rule for a single one.
    expect(redis.others).toEqual([])
  })

  test('of a reader change nothing but the permits of readers', () => {
    expect(rulesOf({ roles: ['reader'] })).toBe(
      'ACL SETUSER a-reader reset on ~a:* +exists +fcall +hmget +time +xlen +xrange +xread +xrevrange +zcard +zrange +zscan +zscore ' +
        '(~a:~loads +pexpireat +zadd +zcount +zrem)',
    )
  })

  test('of a load test are those of a writer and a reader in Redis, of a sender and a receiver in NATS', () => {
    const one = accessUser(requestOf({ roles: ['loadtest'] }))
    const both = accessUser(requestOf({ roles: ['writer', 'reader'] }))
    expect(one.redis).toEqual(both.redis)
    const { nats } = accessUser(requestOf({ roles: ['sender', 'receiver'] }))
    expect(one.nats.subscribe).toEqual(nats.subscribe)
    expect(one.nats.publish).toEqual([...nats.publish, 'prism.multicast-subscribers.a'].sort())
  })

  test('follow the keys of a cluster, the database and the waiting for replicas', () => {
    expect(rulesOf({ topology: 'cluster' })).toMatch(/ ~\{a\}:\* .*\+cluster\|slots/)
    expect(rulesOf({ topology: 'sentinel' })).toContain('+ping')
    expect(rulesOf({ database: 1 })).toContain('+select')
    expect(rulesOf({ waitForReplicas: true })).toContain('+wait')
    expect(rulesOf({ roles: ['reader'], waitForReplicas: true })).not.toContain('+wait')
  })
})

describe('the rendering', () => {
  test('lets nobody log in without a password, and has only the hash of one', () => {
    expect(rulesOf({})).not.toMatch(/[>#]|nopass/)
    const user = accessUser(requestOf(), { passwordSha256: 'c0ffee', name: 'x' })
    expect(aclSetUser(user)).toMatch(/^ACL SETUSER x reset on #c0ffee /)
    expect(aclFileLine(user)).toMatch(/^user x reset on #c0ffee /)
  })

  test('denies what a list would leave open because it is empty', () => {
    const writer = accessUser(requestOf({ roles: ['writer'] }))
    expect(natsConfiguration([writer], 'shared')).toContain('publish: { deny: [">"] }')
  })

  test('reads the password of each user from a variable of its own, whose name is valid', () => {
    const tenants = ['a-b', 'a_b', 'A-b', '{a}-b', '1a', '{1a}']
    const variables = tenants.map((tenant) => passwordVariable(accessUser(requestOf({ tenant }))))
    expect(new Set(variables).size).toBe(tenants.length)
    for (const variable of variables) expect(variable).toMatch(/^[A-Z][A-Z0-9_]*_PASSWORD$/)
  })

  test('puts the users of a tenant into one account', () => {
    const users = ['a', 'b'].flatMap((tenant) =>
      (['sender', 'gateway'] as const).map((role) =>
        accessUser(requestOf({ roles: [role], tenant, durable: tenant === 'a' })),
      ),
    )
    const text = natsConfiguration(users, 'own')
    expect(text.match(/^ {2}"[ab]": \{/gm)).toEqual(['  "a": {', '  "b": {'])
    expect(text.match(/jetstream: enabled/g)).toHaveLength(1)
    expect(text.match(/\$[A-Z_]+PASSWORD/g)).toEqual([
      '$A_SENDER_PASSWORD',
      '$A_GATEWAY_PASSWORD',
      '$B_SENDER_PASSWORD',
      '$B_GATEWAY_PASSWORD',
    ])
  })
})

test('every script of the registry is in the catalogue', () => {
  const files = globSync('*.ts', { cwd: REDIS }).filter((file) => !file.endsWith('.test.ts'))
  const texts = files.map((file) => readFileSync(resolve(REDIS, file), 'utf8'))
  const declared = texts.flatMap((text) => text.match(/^export const \w+Script\b/gm) ?? [])
  expect(declared).toHaveLength(Object.keys(SCRIPTS).length)
})

test('every role is documented', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/tenants.md'), 'utf8')
  for (const { name, does } of ROLES) expect(page).toContain(`| \`${name}\` | ${does} |`)
})
