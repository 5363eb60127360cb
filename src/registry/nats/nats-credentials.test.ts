import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { NatsCredentials } from '../credentials.ts'
import { Warnings } from '../warnings.ts'
import { Admission, changingNatsCredentials } from './nats-credentials.ts'

const user = nkeys.createUser()
const seed = new TextDecoder().decode(user.getSeed())

function credsWith(claims: string): string {
  const jwt = ['{}', claims, 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`
}

async function open(given?: NatsCredentials | (() => NatsCredentials), query = '') {
  const servers = [`nats://127.0.0.1:1${query}`]
  const warnings = new Warnings(() => {})
  const credentials = await changingNatsCredentials(servers, given, 1_000, warnings)
  onTestFinished(() => credentials?.close())
  return credentials
}

async function opened(given: NatsCredentials | (() => NatsCredentials)) {
  const credentials = await open(given)
  if (credentials === null) throw new Error('They were given.')
  return credentials
}

test.each<[string, NatsCredentials, object]>([
  ['a user and a password', { user: 'u', password: 'p' }, { user: 'u', pass: 'p' }],
  ['a token', { token: 't' }, { auth_token: 't' }],
  ['an nkey', { nkeySeed: seed }, { nkey: user.getPublicKey(), sig: expect.any(String) }],
  [
    'the text of a .creds file',
    { creds: credsWith('{}').replaceAll('\n', '\r\n') },
    { nkey: user.getPublicKey(), sig: expect.any(String), jwt: expect.stringMatching(/^[\w.-]+$/) },
  ],
])('%s are proved to the server', async (_, given, proof) => {
  const credentials = await opened(given)
  expect(new Admission(credentials, credentials.current).authenticator('nonce')).toEqual(proof)
})

test('an nkey with a wrong checksum is refused without its seed', async () => {
  const wrong = `${seed.slice(0, -4)}AAAA`
  for (const given of [{ nkeySeed: wrong }, { creds: credsWith('{}').replace(seed, wrong) }]) {
    await expect(open(given)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining(wrong.slice(2, 12)),
    })
  }
})

test.each<[string, string, boolean]>([
  ['ended', JSON.stringify({ exp: 1 }), true],
  ['ends later', JSON.stringify({ exp: 1e10 }), false],
  ['ends never', JSON.stringify({ exp: 0 }), false],
  ['says nothing of its end', '{}', false],
  ['says nonsense of its end', JSON.stringify({ exp: 'soon' }), false],
  ['is not JSON', 'x', false],
])('a JWT that %s', async (_, claims, isRefused) => {
  const opening = open({ creds: credsWith(claims) })
  if (isRefused) await expect(opening).rejects.toMatchObject({ code: 'CREDENTIALS_FAILED' })
  else await expect(opening).resolves.toBeDefined()
})

test('a connection is admitted with what it was opened with, and when it reconnects with the latest', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let asked = 0
  const credentials = await opened(() => {
    asked += 1
    return { token: `t${asked}`, expiresAt: Date.now() + 10_000 }
  })
  const admission = new Admission(credentials, credentials.current)
  await vi.advanceTimersByTimeAsync(8_010)
  expect(admission.authenticator('nonce')).toEqual({ auth_token: 't1' })
  admission.connected()
  expect(admission.authenticator('nonce')).toEqual({ auth_token: 't2' })
})

describe('a .creds file of an address', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'creds-')), 'user.creds')
  afterAll(() => rmSync(dirname(path), { recursive: true }))

  test('whose JWT ends is read again before, and replaced credentials are adopted', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const ending = (seconds: number): string =>
      credsWith(JSON.stringify({ exp: Math.ceil(Date.now() / 1_000) + seconds }))
    writeFileSync(path, ending(10))
    const credentials = await open(undefined, `?creds=${path}`)
    const renewed = ending(1_000)
    writeFileSync(path, renewed)
    await vi.advanceTimersByTimeAsync(9_000)
    expect(credentials?.current).toEqual({ creds: renewed })
  })

  test('whose JWT does not end is left to each connection', async () => {
    writeFileSync(path, credsWith('{}'))
    expect(await open(undefined, `?creds=${path}`)).toBeNull()
  })

  test('is refused beside other credentials', async () => {
    writeFileSync(path, credsWith('{}'))
    await expect(open({ token: 't' }, `?creds=${path}`)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
