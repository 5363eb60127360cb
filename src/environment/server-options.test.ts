import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NATS_PARAMETERS, REDIS_PARAMETERS } from '../registry/server-parameters.ts'
import { optionsIn, SERVER_OPTIONS, withoutOptions } from './server-options.ts'

test('the page on backends has one row for each option', () => {
  const page = readFileSync(new URL('../../docs/backends.md', import.meta.url), 'utf8')
  const parameters: readonly string[] = [...REDIS_PARAMETERS, ...NATS_PARAMETERS]
  const rows = SERVER_OPTIONS.map(({ kind, name, variable, flag, value, help }) => {
    const typed = flag === null ? '' : `\`${flag} <${value}>\``
    const parameter = parameters.includes(name) ? `\`${name}\`` : ''
    return `| \`${variable}\` | ${typed} | ${parameter} | ${kind === 'redis' ? 'Redis' : 'NATS'}: ${help} |`
  })
  const table = /^\| variable \| flag \|.*\n.*\n((?:\|.*\n)+)/m.exec(page)?.[1]?.trimEnd()
  expect(table?.split('\n')).toEqual(rows)
})

test('every parameter of an address has a variable and a flag', () => {
  const named = (kind: string) => SERVER_OPTIONS.filter((option) => option.kind === kind)
  expect(named('redis').map(({ name }) => name)).toEqual(
    expect.arrayContaining([...REDIS_PARAMETERS]),
  )
  expect(named('nats').map(({ name }) => name)).toEqual(
    expect.arrayContaining([...NATS_PARAMETERS]),
  )
})

test('no flag takes a secret, because process lists show command lines', () => {
  const secrets = SERVER_OPTIONS.filter(({ name }) => ['password', 'token'].includes(name))
  expect(secrets.map(({ variable }) => variable)).toEqual([
    'REDIS_PASSWORD',
    'NATS_PASSWORD',
    'NATS_TOKEN',
  ])
  expect(secrets.every(({ flag }) => flag === null)).toBe(true)
})

test('an empty variable is not set', () => {
  const env = { REDIS_TLS_CA: '', REDIS_PASSWORD: 'p', NATS_CREDS: 'c' }
  expect([...optionsIn(env, 'redis').values()]).toEqual(['p'])
  expect(withoutOptions(env)).toEqual({ REDIS_PASSWORD: '', NATS_CREDS: '' })
})
