import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostAndPort, parseNatsUrls, parseRedisUrl } from './addresses.ts'
import { EnvironmentError } from './environment-error.ts'

describe('a Redis address', () => {
  test.each([
    ['redis://localhost:6379', 'redis://localhost:6379'],
    ['localhost:6379', 'redis://localhost:6379'],
    ['10.0.0.1', 'redis://10.0.0.1'],
    ['[::1]:6380', 'redis://[::1]:6380'],
    ['rediss://user:secret@host:1/3', 'rediss://user:secret@host:1/3'],
  ])('%s is accepted', (text, address) => {
    expect(parseRedisUrl(text)).toBe(address)
  })

  test.each([
    ['another scheme', 'http://localhost:6379'],
    ['no host', 'redis:secret'],
    ['a path that is not a database', 'redis://host/secret'],
    ['a port that is not a number', 'redis://host:secret'],
    ['a percent sign that encodes nothing', 'redis://:secret%ff@host'],
    ['nothing', ''],
  ])('refuses %s without repeating the address', (_, text) => {
    expect(() => parseRedisUrl(text)).toThrow(EnvironmentError)
    expect(() => parseRedisUrl(text)).toThrow('REDIS_URL')
    expect(() => parseRedisUrl(text)).not.toThrow('secret')
  })
})

describe('NATS addresses', () => {
  test('are separated by commas, with or without a scheme', () => {
    expect(parseNatsUrls('nats://a:4222, b:4223,tls://c')).toEqual([
      'nats://a:4222',
      'nats://b:4223',
      'tls://c',
    ])
  })

  test.each(['nats://a,', 'http://a', 'nats://a:b', 'nats://a/secret'])('%s is refused', (text) => {
    expect(() => parseNatsUrls(text)).toThrow(EnvironmentError)
  })

  test('refuses different credentials, because a client has one set', () => {
    expect(() => parseNatsUrls('nats://u:p@a,nats://u:q@b')).toThrow('same user and password')
  })
})

test('a server is named by host and port, with the default port of its kind', () => {
  expect(['redis://a', 'rediss://a:1', 'nats://a', 'tls://[::1]:2'].map(hostAndPort)).toEqual([
    'a:6379',
    'a:1',
    'a:4222',
    '[::1]:2',
  ])
})

test('a password without percent-encoding is never taken for a host, port or path', () => {
  const password = fc.string().map((tail) => `1${tail}Zq`)
  fc.assert(
    fc.property(password, (secret) => {
      expect(namedServers(() => [parseRedisUrl(`redis://user:${secret}@host:1`)])).toEqual([
        'host:1',
      ])
      expect(namedServers(() => parseNatsUrls(`nats://user:${secret}@host:1`))).toEqual(['host:1'])
    }),
    { examples: [['1/Zq'], ['1?Zq'], ['1#Zq'], ['1,Zq'], ['1@Zq']] },
  )
})

/** The servers that messages would name; a refusal, which names none, counts as the right one. */
function namedServers(parse: () => readonly string[]): string[] {
  try {
    return parse().map(hostAndPort)
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError)
    expect(String(error)).not.toContain('Zq')
    return ['host:1']
  }
}
