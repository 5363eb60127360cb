import { expect, test } from 'vitest'
import { parseServerAddresses, type ServerAddresses } from './server-address.ts'

/** What the client sends to a server. */
function proofOf({ authenticator }: ServerAddresses['credentials']): unknown {
  return typeof authenticator === 'function' ? authenticator('nonce') : authenticator
}

test('separates hosts from credentials', () => {
  const { hosts, credentials } = parseServerAddresses([
    'nats://ann:p%40ss@one:4333',
    'two',
    '[::1]:4444',
  ])
  expect(hosts).toEqual(['one:4333', 'two:4222', '[::1]:4444'])
  expect(proofOf(credentials)).toEqual({ user: 'ann', pass: 'p@ss' })
})

test('a user without a password is a token', () => {
  const { credentials } = parseServerAddresses(['nats://s3cret@one'])
  expect(proofOf(credentials)).toEqual({ auth_token: 's3cret' })
})

test('tls:// requires TLS', () => {
  expect(parseServerAddresses(['tls://one']).credentials).toEqual({ tls: {} })
})

test.each([
  { what: 'no server', servers: [] },
  { what: 'another scheme', servers: ['redis://ann:s3cret@one'] },
  { what: 'no host', servers: ['nats://ann:s3cret@'] },
  { what: 'credentials that are not URL-encoded', servers: ['nats://ann:s3cret%zz@one'] },
  { what: 'different credentials', servers: ['nats://ann:s3cret@one', 'nats://bob:s3cret@two'] },
])('$what is an invalid argument, and no message shows credentials', ({ servers }) => {
  let thrown: unknown
  try {
    parseServerAddresses(servers)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(String(thrown)).not.toContain('s3cret')
})
