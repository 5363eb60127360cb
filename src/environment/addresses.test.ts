import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostAndPort, parseNatsUrls, parseRedisUrl } from './addresses.ts'
import { EnvironmentError } from './environment-error.ts'

describe('a Redis address', () => {
  test.each([
    ['redis://localhost:6379', 'redis://localhost:6379'],
    ['localhost:6379', 'redis://localhost:6379'],
    ['10.0.0.1', 'redis://10.0.0.1:6379'],
    ['[::1]:6380', 'redis://[::1]:6380'],
    ['rediss://user:secret@host:1/3', 'rediss://user:secret@host:1/3'],
    [
      'redis://:s%40cret@a:1, b:2,redis://c',
      'redis://:s%40cret@a:1,redis://:s%40cret@b:2,redis://:s%40cret@c:6379',
    ],
    ['a,b:2', 'redis://a:6379,redis://b:2'],
    [
      'redis://u@a,b:2?tls-ca=/etc/a%20%2C&password-file=/run/s',
      'rediss://u@a:6379?tls-ca=/etc/a%20%2C&password-file=/run/s,rediss://u@b:2?tls-ca=/etc/a%20%2C&password-file=/run/s',
    ],
    [
      'redis+sentinel://a/m/2?tls-server-name=redis.example',
      'rediss+sentinel://a:26379/m/2?tls-server-name=redis.example',
    ],
    ['a?password-file=secret', `redis://a:6379?password-file=${process.cwd()}/secret`],
    ['redis+sentinel://a,[::1]:2/mymaster', 'redis+sentinel://a:26379,[::1]:2/mymaster'],
    [
      'rediss+sentinel://user:secret@a:1/my.master/3',
      'rediss+sentinel://user:secret@a:1/my.master/3',
    ],
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
    ['a trailing comma', 'redis://host:1,'],
    ['nodes with different passwords', 'redis://:secret@a,redis://:secret2@b'],
    ['nodes with different databases', 'redis://a/1,redis://secret/2'],
    ['a mixture of Sentinels and servers', 'redis+sentinel://a/secret,redis://b'],
    ['Sentinels without a master', 'redis+sentinel://secret:26379'],
    ['a port out of range', 'redis+sentinel://secret:70000/mymaster'],
    ['an unknown parameter', 'redis://a?secret=1'],
    ['a misspelled parameter', 'redis://a?tls_ca=/secret'],
    ['an empty parameter', 'redis://:secret@a?tls-ca='],
    ['a repeated parameter', 'redis://a?tls-ca=/secret&tls-ca=/secret'],
    ['a certificate without its key', 'redis://a?tls-cert=/secret'],
    ['a key without its certificate', 'redis+sentinel://a/m?tls-key=/secret'],
    ['two passwords', 'redis://:secret@a?password-file=/secret'],
    ['nodes with different parameters', 'redis://a?tls-ca=/secret,b?tls-ca=/secret2'],
    ['a raw comma in a password', 'redis+sentinel://:1,secret@a/mymaster'],
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

  test('share their parameters', () => {
    expect(parseNatsUrls('tls://a,b:1?creds=/run/a.creds&tls-ca=/etc/ca.pem')).toEqual([
      'tls://a?tls-ca=/etc/ca.pem&creds=/run/a.creds',
      'tls://b:1?tls-ca=/etc/ca.pem&creds=/run/a.creds',
    ])
    expect(parseNatsUrls('nats://ann@a/?password-file=/run/s')).toEqual([
      'nats://ann@a?password-file=/run/s',
    ])
  })

  test.each([
    'nats://a,',
    'http://a',
    'nats://a:b',
    'nats://a/secret',
    'nats://a?tls_ca=/secret',
    'nats://a?creds=/secret&nkey-file=/secret',
    'nats://secret@a?token-file=/secret',
    'nats://a?password-file=/secret',
    'nats://u:secret@a?password-file=/secret',
    'a?tls-cert=/secret',
    'a?creds=/secret,b?creds=/secret2',
  ])('%s is refused', (text) => {
    expect(() => parseNatsUrls(text)).toThrow(EnvironmentError)
    expect(() => parseNatsUrls(text)).toThrow('NATS_URL')
    expect(() => parseNatsUrls(text)).not.toThrow('secret')
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
  expect(hostAndPort('redis://:secret@a:1,b')).toBe('a:1, b:6379')
  expect(hostAndPort('redis+sentinel://:secret@a,b:2/mymaster')).toBe('a:26379, b:2')
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
