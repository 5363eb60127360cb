import { Command } from 'commander'
import { afterEach, expect, test, vi } from 'vitest'
import { addServerFlags } from './server-flags.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** The variables of the environment after a command with these arguments has begun. */
async function variablesAfter(args: string, env: Record<string, string>) {
  for (const [name, value] of Object.entries({ BENCH_BACKEND: '', ...env })) vi.stubEnv(name, value)
  const command = new Command().option('--backend <kind>').option('--redis-addr <address>')
  addServerFlags(command, ['redis', 'nats'])
  let variables: Record<string, string | undefined> = {}
  command.action(() => {
    variables = { ...process.env }
  })
  await command.parseAsync(args.split(' '), { from: 'user' })
  return variables
}

test('a flag takes the place of its variable', async () => {
  const env = { REDIS_TLS_CA: '/before', REDIS_TLS_SERVER_NAME: 'kept' }
  expect(await variablesAfter('--redis-tls-ca /after', env)).toMatchObject({
    REDIS_TLS_CA: '/after',
    REDIS_TLS_SERVER_NAME: 'kept',
  })
})

test('a secret in a flag takes the place of those in variables, but not of the user', async () => {
  const redis = { REDIS_USERNAME: 'ann', REDIS_PASSWORD: 'before' }
  expect(await variablesAfter('--redis-password-file /p', redis)).toMatchObject({
    REDIS_USERNAME: 'ann',
    REDIS_PASSWORD: '',
    REDIS_PASSWORD_FILE: '/p',
  })
  const nats = { NATS_USER: 'ann', NATS_PASSWORD: 'before' }
  expect(await variablesAfter('--nats-creds /c', nats)).toMatchObject({
    NATS_USER: '',
    NATS_PASSWORD: '',
    NATS_CREDS: '/c',
  })
  expect(await variablesAfter('--nats-password-file /p', nats)).toMatchObject({
    NATS_USER: 'ann',
    NATS_PASSWORD: '',
    NATS_PASSWORD_FILE: '/p',
  })
})

test("addresses in flags are of servers of one's own", async () => {
  const args = '--redis-addr h --redis-tls-ca /a'
  expect(await variablesAfter(args, { BENCH_BACKEND: 'programs' })).toMatchObject({
    REDIS_TLS_CA: '/a',
  })
})

test('flags that would do nothing are refused', async () => {
  await expect(variablesAfter('--redis-tls-ca ', {})).rejects.toThrow(
    '--redis-tls-ca: the value is',
  )
  await expect(variablesAfter('--redis-tls-ca /a --backend programs', {})).rejects.toThrow(
    'backend programs starts others',
  )
  await expect(variablesAfter('--nats-creds /a', { BENCH_BACKEND: 'containers' })).rejects.toThrow(
    '--nats-creds is for servers of your own',
  )
})
