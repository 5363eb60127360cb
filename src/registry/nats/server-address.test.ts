import { expect, test } from 'vitest'
import { parseServerAddresses } from './server-address.ts'

test('separates hosts from credentials', () => {
  expect(parseServerAddresses(['nats://ann:p%40ss@one:4333', 'two', '[::1]:4444'])).toEqual({
    hosts: ['one:4333', 'two:4222', '[::1]:4444'],
    credentials: { user: 'ann', pass: 'p@ss' },
  })
})

test('a user without a password is a token', () => {
  expect(parseServerAddresses(['nats://s3cret@one'])).toEqual({
    hosts: ['one:4222'],
    credentials: { token: 's3cret' },
  })
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
