import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactUrl, redactUrls } from './redact-url.ts'

test.each([
  ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ['redis://:secret@127.0.0.1:6379/2', 'redis://***@127.0.0.1:6379/2'],
  ['rediss://user:secret@host', 'rediss://***@host'],
  ['nats://token@host:4222', 'nats://***@host:4222'],
  ['redis://host:6379?password=secret', 'redis://host:6379?***'],
  ['redis://:p@ss/w?rd@host:6379', 'redis://***@host:6379'],
  ['user:secret@host:4222', '***@host:4222'],
  ['localhost:4222', 'localhost:4222'],
  ['nats://a:secret@one:4222,nats://b:secret@two:4222', 'nats://***@two:4222'],
])('%s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown)
})

test('redacts addresses in a text and keeps the rest', () => {
  expect(redactUrls('no answer from redis://u:secret@host:1 (5 s); see http://docs/page')).toBe(
    'no answer from redis://***@host:1 (5 s); see http://docs/page',
  )
})

test('redacts the address behind a long run of letters', () => {
  const letters = 'x'.repeat(2_000_000)
  expect(redactUrls(`${letters} ${letters}://u:secret@host`)).toBe(
    `${letters} ${letters}://***@host`,
  )
})

describe('whatever the password', () => {
  const password = fc.string({ minLength: 6, unit: 'grapheme-ascii' }).map((text) => `Q${text}Q`)

  test('it is removed from the address', () => {
    fc.assert(
      fc.property(password, (secret) => {
        expect(redactUrl(`redis://user:${secret}@127.0.0.1:6379/0`)).toBe(
          'redis://***@127.0.0.1:6379/0',
        )
      }),
    )
  })

  test('redacting again changes nothing', () => {
    fc.assert(
      fc.property(password, (secret) => {
        const once = redactUrl(`nats://${secret}@host?x=${secret}`)
        expect(redactUrl(once)).toBe(once)
      }),
    )
  })
})
