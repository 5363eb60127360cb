import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportSPKI, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../environment/free-port.ts'
import { OpenIdProvider, signed, signingKey, type SigningKey } from '../testing/open-id-provider.ts'
import type { AccessQuestion, Decision } from '../authorizer.ts'
import { OPERATION_RULES, type Operation, type Permission } from '../operation.ts'
import { JwtAuthorizer } from './jwt-authorizer.ts'
import type { JwtAuthorizerOptions } from './jwt-options.ts'

let key: SigningKey
let provider: OpenIdProvider

beforeAll(async () => {
  key = await signingKey('first')
  provider = await OpenIdProvider.start(key)
})
afterAll(() => provider.stop())

function authorizerFor(options: Partial<JwtAuthorizerOptions> = {}): JwtAuthorizer {
  return new JwtAuthorizer({ issuer: provider.issuer, audience: 'registry', ...options })
}

function asking(credentials: string, about: Partial<AccessQuestion<string>> = {}) {
  const question: AccessQuestion<string> = {
    credentials,
    operation: 'enumerate',
    namespace: 'orders',
    identities: [],
    pattern: null,
    fields: [],
    ...about,
  }
  return question
}

const nowS = () => Math.floor(Date.now() / 1_000)

/** Claims that are allowed to list. */
function claims(changes: JWTPayload = {}): JWTPayload {
  return {
    iss: provider.issuer,
    aud: 'registry',
    sub: 'alice',
    exp: nowS() + 600,
    scope: 'read:namespace:orders',
    ...changes,
  }
}

test('an access token of the provider permits what its scopes say', async () => {
  const authorizer = authorizerFor({ type: 'at+jwt' })
  const token = await provider.accessToken('read:namespace:orders')
  expect(await authorizer.decide(asking(token))).toMatchObject({
    allowed: true,
    principal: { subject: 'alice', issuer: provider.issuer },
  })
  expect(
    await authorizer.decide(asking(token, { operation: 'register', identities: ['alice'] })),
  ).toMatchObject({
    allowed: false,
    principal: { subject: 'alice' },
    reason: 'it takes the permission write:namespace:orders',
  })
})

test('a token is verified once, and then decided about at once until it ends', async () => {
  const authorizer = authorizerFor({ leewayMs: 0 })
  const token = await signed(key, claims({ exp: nowS() + 4 }))
  expect(await authorizer.decide(asking(token))).toMatchObject({ allowed: true })
  expect(authorizer.decide(asking(token))).toMatchObject({ allowed: true })
  await expect
    .poll(() => authorizer.decide(asking(token)), { timeout: 10_000 })
    .toMatchObject({ allowed: false, reason: 'the token has expired' })
})

describe('refuses', () => {
  const unsigned = (payload: JWTPayload) => `${encoded({ alg: 'none' })}.${encoded(payload)}.`
  const hmac = async (payload: JWTPayload) => {
    const text = `${encoded({ alg: 'HS256', kid: key.kid })}.${encoded(payload)}`
    const secret = await exportSPKI(key.publicKey)
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const byAnother = async (kid: string) => signed({ ...(await signingKey(kid)), kid }, claims())

  test.each<[string, () => string | Promise<string>, string]>([
    ['an expired token', () => signed(key, claims({ exp: nowS() - 60 })), 'has expired'],
    ['one that begins later', () => signed(key, claims({ nbf: nowS() + 60 })), 'not valid yet'],
    [
      'another issuer',
      () => signed(key, claims({ iss: 'http://127.0.0.1:1' })),
      'of another issuer',
    ],
    ['no issuer', () => signed(key, without('iss')), 'of another issuer|lacks a claim'],
    ['another audience', () => signed(key, claims({ aud: 'shop' })), 'for another audience'],
    [
      'other audiences',
      () => signed(key, claims({ aud: ['shop', 'registry2'] })),
      'another audience',
    ],
    ['no audience', () => signed(key, without('aud')), 'another audience|lacks a claim'],
    ['no end', () => signed(key, without('exp')), 'lacks a claim'],
    ['no subject', () => signed(key, without('sub')), 'lacks a claim'],
    [
      'an end that is a text',
      () => signed(key, claims({ exp: '9999999999' as never })),
      'lacks|not valid',
    ],
    [
      'one that is bound to a key',
      () => signed(key, claims({ cnf: { jkt: 'x' } })),
      'is not valid',
    ],
    ['an empty subject', () => signed(key, claims({ sub: '' })), 'is not valid'],
    ['alg: none', () => unsigned(claims()), 'not signed by a key of the issuer'],
    ['the public key as a secret', () => hmac(claims()), 'not signed by a key of the issuer'],
    ['an unknown key', () => byAnother('unknown'), 'not signed by a key of the issuer'],
    [
      "another's key of a known name",
      () => byAnother('first'),
      'not signed by a key of the issuer',
    ],
    ['a changed claim', async () => changed(await signed(key, claims())), 'not signed by'],
    ['a critical header that is unknown', () => critical(), 'is not valid'],
    [
      'an encrypted one',
      () => `${encoded({ alg: 'dir', enc: 'A256GCM' })}.a.a.a.a`,
      'is not valid',
    ],
    ['permissions that are none', () => signed(key, claims({ scope: 5 })), 'is not valid'],
    ['identities that are none', () => signed(key, claims({ identities: 'bob' })), 'is not valid'],
    [
      'hidden fields that are none',
      () => signed(key, claims({ hidden_fields: 'pay' })),
      'not valid',
    ],
    ['no token', () => '', 'there is no token'],
    ['no token at all', () => undefined as never, 'there is no token'],
    ['a text', () => 'Bearer', 'is not valid'],
    ['a long text', () => 'a.'.repeat(100_000), 'is too long'],
    ['text that is no JSON', () => 'a.b.c', 'is not valid'],
  ])('%s', async (_, token, reason) => {
    const decision = await authorizerFor().decide(asking(await token()))
    expect(decision).toMatchObject({ allowed: false, principal: null })
    expect((decision as { reason: string }).reason).toMatch(new RegExp(reason))
  })

  async function critical(): Promise<string> {
    const [header = '', ...rest] = (await signed(key, claims())).split('.')
    const changedHeader = { ...decoded(header), crit: ['x'], x: 1 }
    return [encoded(changedHeader), ...rest].join('.')
  }

  function without(claim: string): JWTPayload {
    return Object.fromEntries(Object.entries(claims()).filter(([name]) => name !== claim))
  }

  test('an algorithm that was left out of the options', async () => {
    const token = await signed(key, claims())
    const decision = await authorizerFor({ algorithms: ['RS256'] }).decide(asking(token))
    expect(decision).toMatchObject({ allowed: false })
  })

  test('a token of another type, if one is asked for', async () => {
    const token = await signed(key, claims(), { typ: 'JWT' })
    const decision = await authorizerFor({ type: 'at+jwt' }).decide(asking(token))
    expect(decision).toMatchObject({ allowed: false, reason: 'the token is of another type' })
  })
})

test('clocks may differ by the leeway and no more', async () => {
  const late = await signed(key, claims({ exp: nowS() - 20 }))
  const early = await signed(key, claims({ nbf: nowS() + 20 }))
  for (const token of [late, early]) {
    expect(await authorizerFor().decide(asking(token))).toMatchObject({ allowed: false })
    const lenient = authorizerFor({ leewayMs: 60_000 })
    expect(await lenient.decide(asking(token))).toMatchObject({ allowed: true })
  }
})

test('a decision holds until the token ends, also if it was verified before', async () => {
  const authorizer = authorizerFor({ cacheForMs: 60_000 })
  const token = await signed(key, claims({ exp: nowS() + 3_600 }))
  for (let time = 0; time < 2; time += 1) {
    const decision = await authorizer.decide(asking(token))
    expect(decision).toMatchObject({ allowed: true })
    expect('validForMs' in decision && decision.validForMs).toBeGreaterThan(3_000_000)
  }
})

describe('keys', () => {
  test('are not asked for with every token of an unknown key while the provider fails', async () => {
    let asked = 0
    const failing = createServer((request, response) => {
      asked += 1
      response.writeHead(request.url === '/keys' ? 503 : 404).end()
    })
    const port = await freePort()
    failing.listen(port, '127.0.0.1')
    await once(failing, 'listening')
    const issuer = `http://127.0.0.1:${port}`
    const authorizer = authorizerFor({ issuer, jwksUrl: `${issuer}/keys`, refetchAfterMs: 0 })
    for (let n = 0; n < 20; n += 1) {
      const token = await signed({ ...key, kid: `unknown ${n}` }, claims({ iss: issuer }))
      expect(await authorizer.decide(asking(token))).toMatchObject({
        reason: expect.stringContaining('not reachable') as string,
      })
    }
    failing.close()
    expect(asked).toBeLessThan(10)
  })

  test('that are rotated are fetched, and tokens of the old one end with the cache', async () => {
    const [old, next] = [await signingKey('old'), await signingKey('next')]
    const before = await OpenIdProvider.start(old)
    const { issuer } = before
    const authorizer = authorizerFor({ issuer, refetchAfterMs: 0, cacheForMs: 0 })
    const oldToken = await before.accessToken()
    expect(await authorizer.decide(asking(oldToken))).toMatchObject({ allowed: true })
    await before.stop()
    const after = await OpenIdProvider.start(next, { port: Number(new URL(issuer).port) })
    expect(await authorizer.decide(asking(await after.accessToken()))).toMatchObject({
      allowed: true,
    })
    expect(await authorizer.decide(asking(oldToken))).toMatchObject({ allowed: false })
    await after.stop()
  })

  test('are used while the provider is down, but not for ever', async () => {
    const own = await OpenIdProvider.start(key)
    const { issuer } = own
    const lasting = authorizerFor({ issuer, cacheForMs: 0 })
    const brief = authorizerFor({ issuer, cacheForMs: 0, keysForMs: 1 })
    const token = await own.accessToken()
    for (const each of [lasting, brief]) {
      expect(await each.decide(asking(token))).toMatchObject({ allowed: true })
    }
    await own.stop()
    expect(await lasting.decide(asking(token))).toMatchObject({ allowed: true })
    // Nor for longer if the clock is set back.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    expect(await brief.decide(asking(token))).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('not reachable') as string,
    })
  })

  test('of a provider that is down from the start permit nothing', async () => {
    const authorizer = authorizerFor({ issuer: 'http://127.0.0.1:1' })
    const token = await signed(key, claims({ iss: 'http://127.0.0.1:1' }))
    expect(await authorizer.decide(asking(token))).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('not reachable') as string,
    })
  })
})

describe('grants', () => {
  const permissions: readonly Permission[] = ['read', 'write', 'admin']
  const operations = Object.keys(OPERATION_RULES) as Operation[]
  const matrix = operations.flatMap((operation) =>
    [...permissions.map((each) => [each]), ['read', 'write']].map((given) => ({
      operation,
      given,
    })),
  )

  test.each(matrix)('$given decide about $operation', async ({ operation, given }) => {
    const scopes = given.map((each) => `${each}:namespace:orders`)
    const token = await signed(key, claims({ scope: ['openid', ...scopes].join(' ') }))
    const { allowed } = await decide(token, { operation, identities: ['alice'] })
    const needed = OPERATION_RULES[operation].permissions
    expect(allowed).toBe(given.includes('admin') || needed.every((each) => given.includes(each)))
    const elsewhere = await decide(token, { operation, namespace: 'order' })
    expect(elsewhere.allowed).toBe(false)
  })

  test('who may only write or only read sends nothing: the result lists who matched', async () => {
    for (const [held, lacking] of [
      ['write', 'read'],
      ['read', 'write'],
    ]) {
      const token = await signed(key, claims({ scope: `${held}:namespace:orders` }))
      expect(await decide(token, { operation: 'multicast' })).toMatchObject({
        allowed: false,
        reason: `it takes the permission ${lacking}:namespace:orders`,
      })
    }
  })

  test.each([
    { identities: undefined, own: ['alice'], foreign: ['bob', 'alicex', 'al', 'alice.phone'] },
    { identities: ['bob', 'team.*'], own: ['bob', 'team.a.b'], foreign: ['alice', 'bobx', 'team'] },
    { identities: [], own: [], foreign: ['alice', 'bob'] },
  ])('own are the identities of the claim, or the subject: %j', async (row) => {
    const { identities, own, foreign } = row
    const scope = 'write:namespace:orders'
    const given = identities === undefined ? {} : { identities }
    const token = await signed(key, claims({ scope, ...given }))
    for (const identity of own) {
      const about = { operation: 'register', identities: [identity] } as const
      expect(await decide(token, about)).toMatchObject({ allowed: true })
    }
    for (const identity of foreign) {
      const about = { operation: 'register', identities: [...own, identity] } as const
      expect(await decide(token, about)).toMatchObject({
        allowed: false,
        reason: `the identity "${identity}" is another's`,
      })
    }
  })

  test.each([
    ['alice.*', true],
    ['alice.phone*', true],
    ['alice.*.x', true],
    ['alice', true],
    ['alice*', false],
    ['*', false],
    ['*alice.', false],
    ['a*', false],
  ])('receives for the pattern %s: %s', async (pattern, allowed) => {
    const token = await signed(key, claims({ identities: ['alice', 'alice.*'] }))
    expect(await decide(token, { operation: 'subscribeMatching', pattern })).toMatchObject({
      allowed,
    })
  })

  test('a permission for all namespaces counts only where that is enabled', async () => {
    const token = await signed(key, claims({ scope: 'read:namespace:*' }))
    expect(await decide(token)).toMatchObject({ allowed: false })
    expect(await decide(token, {}, { allowAllNamespaces: true })).toMatchObject({ allowed: true })
  })

  test('and hidden fields may have claims of other names', async () => {
    const names = { permissions: 'prism', hiddenFields: 'prism_hidden' }
    const own = claims({ prism: ['read:namespace:orders'], prism_hidden: ['pay'], scope: '' })
    expect(await decide(await signed(key, own), {}, { claims: names })).toMatchObject({
      allowed: true,
      hiddenFields: ['pay'],
    })
  })

  async function decide(
    token: string,
    about: Partial<AccessQuestion<string>> = {},
    options: Partial<JwtAuthorizerOptions> = {},
  ): Promise<Decision> {
    return authorizerFor(options).decide(asking(token, about))
  }
})

test.each<[Partial<JwtAuthorizerOptions>, RegExp]>([
  [{ algorithms: ['none'] }, /options.algorithms: "none" must be one of RS256/],
  [{ algorithms: ['HS256'] }, /"HS256" must be one of/],
  [{ algorithms: [] }, /one or more/],
  [{ issuer: 'http://id.example' }, /options.issuer: .*https/],
  [{ issuer: undefined as never }, /options.issuer is missing/],
  [{ audience: undefined as never }, /options.audience is missing/],
  [{ audience: '' }, /options.audience/],
  [{ jwksUrl: 'http://id.example/keys' }, /options.jwksUrl: .*https/],
  [{ leewayMs: 3_600_000 }, /options.leewayMs/],
  [{ audiences: 'x' } as never, /audience/],
])('refuses %j', (options, message) => {
  expect(() => authorizerFor(options)).toThrow(message)
})

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decoded(part: string): object {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as object
}

/** The same signature, for another subject. */
function changed(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [header, encoded({ ...decoded(payload), sub: 'mallory' }), signature].join('.')
}
