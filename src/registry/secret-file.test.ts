import { expect, test } from 'vitest'
import { takeAddressMap } from './redis/address-map.ts'
import { readSettingFile } from './secret-file.ts'
import { takeTls } from './tls-option.ts'

const SEED = `SU${'HUNTER22'.repeat(7)}`

test.each([
  { what: 'a key in PEM', path: '-----BEGIN PRIVATE KEY-----\nHUNTER2\n-----END PRIVATE KEY-----' },
  { what: 'the seed of an nkey', path: SEED },
  { what: 'a JWT', path: 'eyJ0eXAiOiJKV1Qi.HUNTER2.x' },
])('an error about $what instead of a path does not repeat it', ({ path }) => {
  // Commands make paths absolute.
  for (const given of [path, `/folder/${path}`]) {
    const read = () => readSettingFile({ kind: 'nats', parameter: 'creds', path: given })
    expect(read).toThrow(/^NATS creds: the value is a file's content(?!.*HUNTER2).* NATS_CREDS /)
  }
})

test('options repeat neither a key nor a password in a wrong place', () => {
  expect(() => takeTls('nats')('PRIVATE HUNTER2', 'o')).toThrow(/^o: must be(?!.*HUNTER2)/)
  const map = { 'h:1': 'redis://ann:HUNTER2@h:1' }
  expect(() => takeAddressMap(map, 'o')).toThrow(/^o: a URL must have(?!.*HUNTER2)/)
})
