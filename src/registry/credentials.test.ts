import { describe, expect, test } from 'vitest'
import { orProvider, takeNatsCredentials, takeRedisCredentials } from './credentials.ts'
import { RegistryError } from './errors.ts'

const SEED = `SU${'A'.repeat(56)}`
const CREDS = `-----BEGIN NATS USER JWT-----\nhunter2.b.c\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${SEED}\n------END USER NKEY SEED------\n`

function refusalOf(take: (value: unknown, where: string) => unknown, value: unknown): string {
  try {
    take(value, 'options.x')
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'INVALID_ARGUMENT') return error.message
    throw error
  }
  return 'taken'
}

describe('credentials', () => {
  test.each([
    { password: 'p' },
    { username: 'u', password: 'p', expiresAt: 1 },
    { password: 'p', expiresAt: new Date(0) },
  ])('for Redis may be %o', (value) => {
    expect(takeRedisCredentials(value, 'options.x')).toEqual(value)
  })

  test.each([
    { user: 'u', password: 'p' },
    { token: 't', expiresAt: new Date() },
    { nkeySeed: SEED },
    { creds: CREDS, expiresAt: 1 },
    { creds: CREDS.replaceAll('\n', '\r\n') },
  ])('for NATS may be %o', (value) => {
    expect(takeNatsCredentials(value, 'options.x')).toEqual(value)
  })

  test.each([
    undefined,
    null,
    'hunter2',
    ['hunter2'],
    {},
    { password: '' },
    { password: 5 },
    { username: 'hunter2' },
    { username: '', password: 'hunter2' },
    { pasword: 'hunter2' },
    { password: 'p', expiresAt: 'hunter2' },
    { password: 'hunter2', expiresAt: Number.NaN },
    { password: 'hunter2', expiresAt: new Date(Number.NaN) },
  ])('for Redis may not be %o, and the error repeats no secret', (value) => {
    const refusal = refusalOf(takeRedisCredentials, value)
    expect(refusal).toContain('options.x')
    expect(refusal).not.toContain('\n')
    expect(refusal).not.toContain('hunter2')
  })

  test.each([
    {},
    'hunter2',
    { user: 'hunter2' },
    { password: 'hunter2' },
    { user: 'u', password: 'hunter2', token: 't' },
    { user: 'u', token: 'hunter2' },
    { token: 'hunter2', creds: CREDS },
    { token: '' },
    { nkeySeed: 'hunter2' },
    { nkeySeed: 5 },
    { creds: 'hunter2' },
    { creds: CREDS.replace(SEED, 'hunter2') },
    { token: 'hunter2', expiresAt: Infinity },
  ])('for NATS may not be %o, and the error repeats no secret', (value) => {
    const refusal = refusalOf(takeNatsCredentials, value)
    expect(refusal).toContain('options.x')
    expect(refusal).not.toContain('\n')
    expect(refusal).not.toContain('hunter2')
  })

  test('may not be an object that throws when it is read', () => {
    const value = Object.defineProperty({}, 'password', {
      enumerable: true,
      get: () => {
        throw new Error('hunter2')
      },
    })
    for (const take of [takeRedisCredentials, takeNatsCredentials]) {
      expect(refusalOf(take, value)).toBe('options.x: reading it threw an exception')
    }
  })

  test('may be a function that provides them', () => {
    const provider = () => ({ password: 'p' })
    expect(orProvider(takeRedisCredentials)(provider, 'options.x')).toBe(provider)
    expect(refusalOf(orProvider(takeRedisCredentials), 5)).toContain('options.x')
  })
})
