import { describe, expect, test } from 'vitest'
import { admittedNatsUrls, admittedRedisUrl } from './admitted-urls.ts'
import { EnvironmentError } from './environment-error.ts'
import { SERVER_OPTIONS } from './server-options.ts'
import { addressedSettings, backendSettings } from './settings.ts'

describe('a Redis address with the options of the environment', () => {
  test.each([
    ['h', {}, 'redis://h:6379'],
    ['h', { REDIS_TLS_CA: '' }, 'redis://h:6379'],
    ['h', { REDIS_TLS_CA: '/ca' }, 'rediss://h:6379?tls-ca=/ca'],
    ['h', { REDIS_TLS_SERVER_NAME: 'n' }, 'rediss://h:6379?tls-server-name=n'],
    [
      'a,b:1',
      { REDIS_TLS_CERT: '/c', REDIS_TLS_KEY: '/k' },
      'rediss://a:6379?tls-cert=/c&tls-key=/k,rediss://b:1?tls-cert=/c&tls-key=/k',
    ],
    ['rediss://h/2', { REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p@' }, 'rediss://u:p%40@h:6379/2'],
    ['h', { REDIS_USERNAME: 'u', REDIS_PASSWORD_FILE: '/p' }, 'redis://u@h:6379?password-file=/p'],
    [
      'redis+sentinel://h/m/2',
      { REDIS_TLS_CA: '/ca', REDIS_PASSWORD: 'p' },
      'rediss+sentinel://:p@h:26379/m/2?tls-ca=/ca',
    ],
    // The same twice is no contradiction: a run's processes inherit both.
    [
      'rediss://:p@h?tls-ca=/ca',
      { REDIS_PASSWORD: 'p', REDIS_TLS_CA: '/ca' },
      'rediss://:p@h:6379?tls-ca=/ca',
    ],
    [
      'h?tls-ca=/ca',
      { REDIS_TLS_SERVER_NAME: 'n' },
      'rediss://h:6379?tls-ca=/ca&tls-server-name=n',
    ],
    ['h', { REDIS_SCRIPTS: 'functions' }, 'redis://h:6379?scripts=functions'],
    ['h?scripts=functions', {}, 'redis://h:6379?scripts=functions'],
    ['h', { REDIS_SCRIPTS: 'eval' }, 'redis://h:6379'],
    ['h', { REDIS_PASSWORD_FILE: 'p' }, `redis://h:6379?password-file=${process.cwd()}/p`],
  ])('%s with %j is %s', (text, env, url) => {
    expect(admittedRedisUrl(text, env)).toBe(url)
  })

  test.each([
    ['redis://:secret@h', { REDIS_PASSWORD: 'secret2' }, ['REDIS_URL', 'REDIS_PASSWORD']],
    ['redis://:secret@h', { REDIS_PASSWORD_FILE: '/p' }, ['REDIS_URL', 'REDIS_PASSWORD_FILE']],
    ['h', { REDIS_PASSWORD: 'secret', REDIS_PASSWORD_FILE: '/p' }, ['REDIS_PASSWORD and']],
    ['h?tls-ca=/secret', { REDIS_TLS_CA: '/secret2' }, ['REDIS_URL', '--redis-tls-ca']],
    ['redis://secret:p@h', { REDIS_USERNAME: 'u' }, ['REDIS_URL', '--redis-username']],
    ['h', { REDIS_TLS_CERT: '/secret' }, ['REDIS_URL', 'REDIS_TLS_KEY']],
    ['h', { REDIS_TLS_KEY: '/secret' }, ['REDIS_URL', '--redis-tls-cert']],
  ])('%s with %j is refused, naming both', (text, env, names) => {
    for (const name of names) expect(() => admittedRedisUrl(text, env)).toThrow(name)
    expect(() => admittedRedisUrl(text, env)).toThrow(EnvironmentError)
    expect(() => admittedRedisUrl(text, env)).not.toThrow('secret')
  })
})

test('a form of scripts that does not exist is refused', () => {
  expect(() => admittedRedisUrl('h', { REDIS_SCRIPTS: 'lua' })).toThrow(
    'REDIS_SCRIPTS (--redis-scripts): "lua" is neither functions nor eval.',
  )
  expect(() => admittedRedisUrl('h?scripts=lua', {})).toThrow('neither functions nor eval')
})

describe('NATS addresses with the options of the environment', () => {
  test.each([
    ['a,b', {}, ['nats://a', 'nats://b']],
    ['a,b:1', { NATS_TLS_CA: '/ca' }, ['tls://a?tls-ca=/ca', 'tls://b:1?tls-ca=/ca']],
    ['tls://a', { NATS_USER: 'u', NATS_PASSWORD: 'p@' }, ['tls://u:p%40@a']],
    ['a', { NATS_USER: 'u', NATS_PASSWORD_FILE: '/p' }, ['nats://u@a?password-file=/p']],
    ['nats://u@a', { NATS_PASSWORD: 'p' }, ['nats://u:p@a']],
    ['nats://u:p@a', { NATS_PASSWORD: 'p' }, ['nats://u:p@a']],
    ['a', { NATS_TOKEN: 't/' }, ['nats://t%2F@a']],
    ['nats://t@a', { NATS_TOKEN: 't' }, ['nats://t@a']],
    ['a', { NATS_TOKEN_FILE: '/t' }, ['nats://a?token-file=/t']],
    ['a', { NATS_NKEY_FILE: '/n' }, ['nats://a?nkey-file=/n']],
    ['a', { NATS_CREDS: '/c', NATS_TLS_CA: '/ca' }, ['tls://a?tls-ca=/ca&creds=/c']],
  ])('%s with %j are %j', (text, env, urls) => {
    expect(admittedNatsUrls(text, env)).toEqual(urls)
  })

  test.each([
    ['nats://u:secret@a', { NATS_PASSWORD: 'secret2' }, ['NATS_URL', 'NATS_PASSWORD']],
    ['nats://u:secret@a', { NATS_PASSWORD_FILE: '/p' }, ['NATS_URL', '--nats-password-file']],
    ['nats://secret@a', { NATS_CREDS: '/c' }, ['NATS_URL', 'NATS_CREDS']],
    ['a', { NATS_CREDS: '/c', NATS_NKEY_FILE: '/secret' }, ['NATS_CREDS', 'NATS_NKEY_FILE']],
    ['a', { NATS_TOKEN: 'secret', NATS_TOKEN_FILE: '/t' }, ['NATS_TOKEN and', 'NATS_TOKEN_FILE']],
    [
      'a',
      { NATS_TOKEN: 'secret', NATS_USER: 'u', NATS_PASSWORD: 'p' },
      ['NATS_USER', 'NATS_TOKEN'],
    ],
    ['a', { NATS_USER: 'secret' }, ['NATS_USER', 'NATS_PASSWORD_FILE']],
    ['a', { NATS_PASSWORD: 'secret' }, ['NATS_PASSWORD', 'NATS_USER']],
    ['a?creds=/secret', { NATS_CREDS: '/secret2' }, ['NATS_URL', 'NATS_CREDS']],
    ['a', { NATS_TLS_KEY: '/secret' }, ['NATS_URL', 'NATS_TLS_CERT']],
  ])('%s with %j is refused, naming both', (text, env, names) => {
    for (const name of names) expect(() => admittedNatsUrls(text, env)).toThrow(name)
    expect(() => admittedNatsUrls(text, env)).toThrow(EnvironmentError)
    expect(() => admittedNatsUrls(text, env)).not.toThrow('secret')
  })
})

test('settings have them, and options without an address are refused where one is needed', () => {
  const env = { REDIS_URL: 'h', NATS_URL: 'h', REDIS_TLS_CA: '/ca', NATS_CREDS: '/c' }
  expect(backendSettings(env)).toMatchObject({
    redisUrl: 'rediss://h:6379?tls-ca=/ca',
    natsUrl: 'nats://h?creds=/c',
  })
  for (const { variable, kind } of SERVER_OPTIONS) {
    const alone = { [variable]: 'x' }
    expect(() => addressedSettings(alone)).toThrow(
      `${variable} is set without ${kind.toUpperCase()}_URL`,
    )
    expect(addressedSettings({ ...alone, BENCH_BACKEND: 'programs' }).choice).toBe('programs')
  }
})
