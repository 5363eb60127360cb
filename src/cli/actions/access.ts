import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { accessUser, type AccessUser } from '../../access/access-user.ts'
import { natsConfiguration, passwordVariable } from '../../access/render-nats.ts'
import { aclFileLine, aclSetUser } from '../../access/render-redis.ts'
import { isRoleName, ROLE_NAMES, type AccessRequest, type RoleName } from '../../access/role.ts'
import { InputError } from '../../input-error.ts'
import { didYouMean } from '../../nearest-name.ts'
import { RegistryError } from '../../registry/errors.ts'
import { DEFAULT_SUBJECT_PREFIX } from '../../registry/nats/subjects.ts'
import { functionLibrary } from '../../registry/redis/functions.ts'
import { typedCommand } from '../../typed-command.ts'
import { writeOutput } from './write-output.ts'

/** The flags as they were typed. */
export interface AccessFlags {
  readonly role: readonly string[]
  readonly tenant: readonly string[]
  readonly user?: string
  readonly passwordFile?: string
  readonly format?: string
  readonly functions?: true
  readonly account?: true
  readonly durable?: true
  readonly prefix?: string
  readonly cluster?: true
  readonly sentinel?: true
  readonly database?: string
  readonly waitForReplicas?: true
}

const FORMATS = ['redis', 'aclfile', 'nats', 'json']

/**
 * Prints the rights of the users that were asked for, or the functions of the registry.
 * @throws InputError
 */
export function printAccess(flags: AccessFlags): void {
  const { format } = flags
  if (format !== undefined && !FORMATS.includes(format)) {
    throw new InputError(
      `--format: "${format}" is not one of ${FORMATS.join(', ')}.${didYouMean(format, FORMATS)}`,
    )
  }
  if (flags.functions && flags.role.length === 0 && flags.tenant.length === 0) {
    writeOutput(functionLibrary(), undefined)
    return
  }
  const users = usersFrom(flags)
  writeOutput(rendered(users, flags), undefined)
}

function rendered(users: readonly AccessUser[], { format, account }: AccessFlags): string {
  const lines = (line: (user: AccessUser) => string) => `${users.map(line).join('\n')}\n`
  const nats = () => natsConfiguration(users, account ? 'own' : 'shared')
  switch (format) {
    case 'redis':
      return lines(aclSetUser)
    case 'aclfile':
      return lines(aclFileLine)
    case 'nats':
      return nats()
    case 'json':
      return `${JSON.stringify(users, null, 2)}\n`
    default:
      return (
        `# Redis: commands for redis-cli\n${lines(aclSetUser)}\n` +
        `# NATS: for nats-server.conf. The server reads passwords from its environment: ${users.map(passwordVariable).join(', ')}\n${nats()}`
      )
  }
}

function usersFrom(flags: AccessFlags): readonly AccessUser[] {
  const { tenant: tenants, user: name, account, durable, passwordFile } = flags
  const roles = rolesFrom(flags.role)
  if (tenants.length === 0) {
    throw new InputError('--tenant is missing: name the namespace, such as --tenant a.')
  }
  if (name !== undefined && tenants.length > 1) {
    throw new InputError(
      '--user: several tenants have a user each. Leave it out, or name one tenant.',
    )
  }
  if (name !== undefined && !USER_NAME.test(name)) {
    throw new InputError(
      `--user: ${JSON.stringify(name)} is not a valid name; expected letters, digits, - _ . { and }.`,
    )
  }
  if (durable && !account) {
    throw new InputError(
      '--durable: JetStream does not keep tenants of one account apart. Add --account, which gives each tenant its own.',
    )
  }
  const passwordSha256 = passwordFile === undefined ? undefined : sha256Of(passwordFile)
  return tenants.map((tenant) =>
    checked(() =>
      accessUser(requestFrom(flags, roles, tenant), {
        ...(name === undefined ? {} : { name }),
        ...(passwordSha256 === undefined ? {} : { passwordSha256 }),
      }),
    ),
  )
}

const USER_NAME = /^[\w.{}-]{1,128}$/

function requestFrom(
  flags: AccessFlags,
  roles: readonly RoleName[],
  tenant: string,
): AccessRequest {
  if (flags.cluster && flags.sentinel) {
    throw new InputError('--cluster and --sentinel are mutually exclusive; leave out one of them.')
  }
  return {
    roles,
    tenant,
    subjectPrefix: flags.prefix ?? DEFAULT_SUBJECT_PREFIX,
    topology: flags.cluster ? 'cluster' : flags.sentinel ? 'sentinel' : 'server',
    functions: flags.functions ?? false,
    durable: flags.durable ?? false,
    waitForReplicas: flags.waitForReplicas ?? false,
    database: databaseFrom(flags.database ?? '0', flags.cluster ?? false),
  }
}

function databaseFrom(text: string, isCluster: boolean): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new InputError(`--database: "${text}" is not the number of a database, such as 1.`)
  }
  const database = Number(text)
  if (isCluster && database !== 0) {
    throw new InputError(`--database: a Redis Cluster has no database ${database}. Leave it out.`)
  }
  return database
}

function rolesFrom(given: readonly string[]): readonly RoleName[] {
  const all = ROLE_NAMES.join(', ')
  if (given.length === 0) {
    throw new InputError(
      `--role is missing: name one of ${all}. See ${typedCommand('access', '--help')}.`,
    )
  }
  return [...new Set(given)].map((text) => {
    if (isRoleName(text)) return text
    throw new InputError(`--role: "${text}" is not one of ${all}.${didYouMean(text, ROLE_NAMES)}`)
  })
}

/** The hash of the password in a file, without the line break at its end. */
function sha256Of(file: string): string {
  let password: string
  try {
    password = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new InputError(
      `--password-file: ${file} can't be read (${code}). Name a file that holds the password.`,
    )
  }
  if (password === '') {
    throw new InputError(`--password-file: ${file} is empty. Write the password into it.`)
  }
  return createHash('sha256').update(password).digest('hex')
}

/** The registry's complaints about a namespace or prefix, as those of the flags. */
function checked<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const message = error.message
      .replace(/^namespace\b/i, '--tenant')
      .replace(/^subjectPrefix\b/, '--prefix')
    throw new InputError(`${message.replace(/\.$/, '')}.`)
  }
}
