import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { run } from './main.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** What `prism-loadtest access` prints. */
async function access(...args: readonly string[]): Promise<string> {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  expect(await run(['access', ...args])).toBe(0)
  vi.restoreAllMocks()
  return out
}

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'access-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'password')
  writeFileSync(file, text)
  return file
}

test('prints the rules for Redis and NATS', async () => {
  const out = await access('--role', 'gateway', '--tenant', 'a')
  expect(out).toMatch(/^ACL SETUSER a-gateway reset on ~a:\* /m)
  expect(out).toContain('"prism.multicast-gateway.a.*"')
})

test('prints a tenant that is named twice once', async () => {
  const out = await access('--role', 'gateway', '--tenant', 'a', '--tenant', 'a')
  expect(out.match(/ACL SETUSER|user: /g)).toHaveLength(2)
})

test('prints each format alone', async () => {
  const args = ['--role', 'sender', '--tenant', 'a', '--format']
  expect(await access(...args, 'redis')).toMatch(/^ACL SETUSER a-sender .*\n$/)
  expect(await access(...args, 'aclfile')).toMatch(/^user a-sender .*\n$/)
  expect(await access(...args, 'nats')).toMatch(/^authorization \{\n/)
  const [user] = JSON.parse(await access(...args, 'json'))
  expect(user).toMatchObject({ name: 'a-sender', tenant: 'a', passwordSha256: null })
})

test('takes the hash of the password in a file, without its line breaks', async () => {
  const args = ['--role', 'reader', '--tenant', 'a', '--format', 'redis', '--password-file']
  const out = await access(...args, fileWith('secret\r\n\n'))
  expect(out).toContain('#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b ')
  expect(out).not.toContain('secret')
})

test('prints the commands that set quotas, and the rights to read them', async () => {
  const file = fileWith('{ "identities": 5, "registrationsPerSecond": 0.5 }')
  const out = await access('--tenant', 'a', '--quotas', file, '--cluster')
  expect(out).toMatch(/^HSETNX ~spent:\{a\} registrations "0 0"$/m)
  expect(out).toMatch(/^HSET ~quota:\{a\} version \w+ identities 5 .* registrationsBurst 1 /m)
  const user = await access('--role', 'writer', '--tenant', 'a', '--quotas', file)
  expect(user).toMatch(
    /^ACL SETUSER .* \(%R~~quota:a \+hmget\) \(~~spent:a \+hmget \+hset\) \(~~leases:a /m,
  )
  expect(user).toMatch(/^HSET ~quota:a /m)
})

test.each([
  { text: '{ "identites": 5 }', says: 'quotas: "identites" is not a valid option. Did you mean' },
  { text: '{ "identities": -1 }', says: 'quotas.identities: -1 must be an integer' },
  { text: '{ "multicastsBurst": 1 }', says: 'needs quotas.multicastsPerSecond' },
  { text: '[]', says: 'quotas: an array must be an object' },
  { text: '{', says: 'is not JSON' },
])('refuses quotas $text', async ({ text, says }) => {
  await expect(run(['access', '--tenant', 'a', '--quotas', fileWith(text)])).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(new RegExp(`^--quotas: [^\\n]*${says}`)),
  })
})

test.each([
  { args: '--tenant a', says: '--role is missing: name one of writer' },
  { args: '--role reader', says: '--tenant is missing' },
  { args: '--role reciver --tenant a', says: 'Did you mean "receiver"?' },
  { args: '--role reader --tenant a --format reds', says: 'Did you mean "redis"?' },
  { args: '--role reader --tenant a.b', says: '--tenant "a.b"' },
  { args: '--role reader --tenant a --prefix a..b', says: '--prefix "a..b"' },
  { args: '--role reader --tenant a --durable', says: 'Add --account' },
  { args: '--role reader --tenant a --tenant b --user x', says: '--user: several tenants' },
  {
    args: '--role reader --tenant a --tenant b --password-file x',
    says: '--password-file: with one password',
  },
  { args: '--role sender --tenant a-gateway', says: 'Name it by --user' },
  { args: '--role reader --tenant a --user x+@all', says: '--user: "x+@all" is not a valid name' },
  { args: '--role reader --tenant a --cluster --sentinel', says: 'mutually exclusive' },
  { args: '--role reader --tenant a --database x', says: '--database: "x" is not' },
  { args: '--role reader --tenant a --cluster --database 1', says: 'has no database 1' },
  { args: '--role reader --tenant a --password-file none/x', says: "can't be read (ENOENT)" },
  { args: '--role reader --tenant a --tennant b', says: '--tenant' },
])('refuses $args', async ({ args, says }) => {
  const error = await access(...args.split(' ')).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(says) })
  expect(error).toMatchObject({ message: expect.not.stringContaining('\n') })
})

test('refuses an empty file of a password', async () => {
  const args = ['--role', 'reader', '--tenant', 'a', '--password-file']
  await expect(access(...args, fileWith('\n'))).rejects.toThrow('is empty')
})

test.each([['--role', 'reader', '--password=hunter2'], ['redis://ann:hunter2@127.0.0.1:6379']])(
  'repeats no secret that is typed where it does not belong: %s',
  async (...args) => {
    const error = await access(...args).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ exitCode: 2, message: expect.not.stringContaining('hunter2') })
  },
)
