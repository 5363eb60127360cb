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
import type { Quotas } from '../../registry/quotas/quotas.ts'
import { functionLibrary } from '../../registry/redis/functions.ts'
import { quotaCommands } from '../../registry/redis/stored-quotas.ts'
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
  readonly quotas?: string
}

const FORMATS = ['redis', 'aclfile', 'nats', 'json']

/**
 * Prints the rights of the users that were asked for, or the functions of the registry.
 * @throws InputError
 */
export async function printAccess(flags: AccessFlags): Promise<void> {
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
  const quotas = await quotasFrom(flags)
  if (quotas !== '' && flags.role.length === 0) {
    writeOutput(quotas, undefined)
    return
  }
  writeOutput(rendered(usersFrom(flags), flags, quotas), undefined)
}

function rendered(
  users: readonly AccessUser[],
  { format, account }: AccessFlags,
  quotas: string,
): string {
  const lines = (line: (user: AccessUser) => string) => `${users.map(line).join('\n')}\n`
  const nats = () => natsConfiguration(users, account ? 'own' : 'shared')
  switch (format) {
    case 'redis':
      return lines(aclSetUser) + quotas
    case 'aclfile':
      return lines(aclFileLine)
    case 'nats':
      return nats()
    case 'json':
      return `${JSON.stringify(users, null, 2)}\n`
    default:
      return (
        `# Redis: commands for redis-cli\n${lines(aclSetUser)}${quotas}\n` +
        `# NATS: for nats-server.conf. The server reads passwords from its environment, in double quotes ('"…"'): ${users.map(passwordVariable).join(', ')}\n${nats()}`
      )
  }
}

/** The commands that set the quotas in a file, for each tenant; `''` without a file. */
async function quotasFrom({
  quotas: file,
  tenant: tenants,
  cluster,
  format,
}: AccessFlags): Promise<string> {
  if (file === undefined) return ''
  if (tenants.length === 0) throw missingTenant()
  if (format !== undefined && format !== 'redis') {
    throw new InputError('--quotas: commands to Redis set them, so --format can only be redis.')
  }
  const quotas = quotasIn(file)
  const commands = await Promise.all(
    tenants.map((tenant) =>
      quotaCommands(tenant, quotas, cluster).catch((error: unknown) => {
        throw asFlags(error, file)
      }),
    ),
  )
  return commands
    .flat()
    .map((words) => `${words.map(quotedWord).join(' ')}\n`)
    .join('')
}

function quotasIn(file: string): Quotas {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Quotas
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? `is not JSON: ${error.message.replaceAll(/\s+/g, ' ')}`
        : unreadable(error)
    throw new InputError(
      `--quotas: ${file} ${why}. Name a file such as {"identities": 1000, "registrationsPerSecond": 50}.`,
    )
  }
}

/** A word for redis-cli. */
function quotedWord(word: string): string {
  return /^[\w.:~{}-]+$/.test(word) ? word : JSON.stringify(word)
}

function missingTenant(): InputError {
  return new InputError('--tenant is missing: name the namespace, such as --tenant a.')
}

function unreadable(error: unknown): string {
  return `can't be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'})`
}

function usersFrom(flags: AccessFlags): readonly AccessUser[] {
  const { user: name, account, durable, passwordFile } = flags
  const roles = rolesFrom(flags.role)
  const tenants = [...new Set(flags.tenant)]
  if (tenants.length === 0) {
    throw missingTenant()
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
  if (passwordFile !== undefined && tenants.length > 1) {
    throw new InputError(
      '--password-file: with one password, each tenant could log in as the others. Name one tenant.',
    )
  }
  const ambiguous = tenants.find((tenant) => ROLE_NAMES.some((role) => tenant.endsWith(`-${role}`)))
  if (name === undefined && ambiguous !== undefined) {
    throw new InputError(
      `--tenant: the user of ${ambiguous} could have the name of another tenant's, and take its place. Name it by --user.`,
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
    quotas: flags.quotas !== undefined,
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

/** The hash of the password in a file, without the line breaks at its end: as those who use it read it. */
function sha256Of(file: string): string {
  let password: string
  try {
    password = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '')
  } catch (error) {
    throw new InputError(
      `--password-file: ${file} ${unreadable(error)}. Name a file that holds the password.`,
    )
  }
  if (password === '') {
    throw new InputError(`--password-file: ${file} is empty. Write the password into it.`)
  }
  return createHash('sha256').update(password).digest('hex')
}

function checked<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw asFlags(error)
  }
}

/** The registry's complaints about a namespace, prefix or quotas, as those of the flags. */
function asFlags(error: unknown, quotasFile = ''): unknown {
  if (!(error instanceof RegistryError)) return error
  const message = error.message
    .replace(/^namespace\b/i, '--tenant')
    .replace(/^subjectPrefix\b/, '--prefix')
    .replace(/^quotas\b/, () => `--quotas: ${quotasFile}: quotas`)
  return new InputError(`${message.replace(/\.$/, '')}.`)
}
