import { resolve } from 'node:path'
import { parseNats } from '../registry/nats/parse-nats.ts'
import { parseRedis } from '../registry/redis/address.ts'
import { ParameterError, type ServerKind } from '../registry/server-parameters.ts'
import { tlsOf, tlsParameters } from '../registry/tls.ts'
import {
  natsParameters,
  natsUrlsOf,
  parseNatsUrls,
  parseRedisUrl,
  withRedisAccess,
} from './addresses.ts'
import { EnvironmentError } from './environment-error.ts'
import { optionsIn, type Environment, type ServerOption } from './server-options.ts'

/** Values by what they set, and where each comes from, for errors. */
type Settings = Map<string, Setting>

interface Setting {
  readonly value: string
  /** The option's names, or that of the address's setting. */
  readonly from: string
  readonly isInAddress: boolean
}

/**
 * A Redis address with the options of the environment, such as `REDIS_TLS_CA`, as its parameters and account.
 * @param text in any form of `parseRedisUrl`.
 * @param what names its setting in errors.
 * @throws {EnvironmentError} if the address is malformed, or the options contradict it or each other.
 */
export function admittedRedisUrl(text: string, env: Environment, what = 'REDIS_URL'): string {
  const url = parseRedisUrl(text, what)
  const place = parseRedis(url)
  const access = place.kind === 'sentinel' ? place.access : place.addresses[0]
  const settings = combined('redis', what, env, {
    username: access.username,
    password: access.password,
    'password-file': access.passwordFile,
    ...tlsParameters(access.tls),
    scripts: access.usesFunctions ? 'functions' : undefined,
  })
  requireOne(settings, ['password', 'password-file'])
  const tls = checked('redis', what, settings)
  return withRedisAccess(url, {
    username: settings.get('username')?.value,
    password: settings.get('password')?.value,
    passwordFile: settings.get('password-file')?.value,
    tls: tls ?? access.tls,
    ...(usesFunctions(settings) ? { usesFunctions: true } : {}),
  })
}

/** @throws {EnvironmentError} */
function usesFunctions(settings: Settings): boolean {
  const { value, from } = settings.get('scripts') ?? { value: 'eval', from: '' }
  if (value === 'functions' || value === 'eval') return value === 'functions'
  throw new EnvironmentError(`${from}: ${JSON.stringify(value)} is neither functions nor eval.`)
}

/**
 * NATS addresses with the options of the environment, such as `NATS_CREDS`.
 * @param text in any form of `parseNatsUrls`.
 * @param what names its setting in errors.
 * @throws {EnvironmentError} if an address is malformed, or the options contradict it or each other.
 */
export function admittedNatsUrls(
  text: string,
  env: Environment,
  what = 'NATS_URL',
): readonly string[] {
  const urls = parseNatsUrls(text, what)
  const given = optionsIn(env, 'nats')
  if (given.size === 0) return urls
  const { access } = parseNats(urls)
  const hasPassword = [...given.keys()].some(({ name }) => name.startsWith('password'))
  // A name alone in an address is a token, unless something else has its password.
  const isUser = access.token !== undefined && hasPassword
  const settings = combined('nats', what, env, {
    ...natsParameters(access),
    user: isUser ? access.token : access.user,
    token: isUser ? undefined : access.token,
    password: access.password,
  })
  requireOne(settings, ['password', 'password-file'])
  requireOne(settings, ['user', 'token', 'token-file', 'nkey-file', 'creds'])
  requirePair(settings)
  const tls = checked('nats', what, settings)
  return natsUrlsOf(urls, {
    user: settings.get('user')?.value,
    password: settings.get('password')?.value,
    passwordFile: settings.get('password-file')?.value,
    token: settings.get('token')?.value,
    tokenFile: settings.get('token-file')?.value,
    nkeyFile: settings.get('nkey-file')?.value,
    credsFile: settings.get('creds')?.value,
    tls: tls ?? access.tls,
  })
}

/** @throws {EnvironmentError} if an option says something else than the address. */
function combined(
  kind: ServerKind,
  what: string,
  env: Environment,
  inAddress: Readonly<Record<string, string | undefined>>,
): Settings {
  const settings: Settings = new Map()
  for (const [name, value] of Object.entries(inAddress)) {
    if (value !== undefined) settings.set(name, { value, from: what, isInAddress: true })
  }
  for (const [option, given] of optionsIn(env, kind)) {
    const value = option.value === 'file' ? resolve(given) : given
    const before = settings.get(option.name)
    if (before !== undefined && before.value !== value) {
      throw new EnvironmentError(
        `${before.from} and ${nameOf(option)} differ in the ${option.name}; keep one of them.`,
      )
    }
    if (before === undefined) {
      settings.set(option.name, { value, from: nameOf(option), isInAddress: false })
    }
  }
  return settings
}

/** @throws {EnvironmentError} if more than one of these is set, because one would be ignored. */
function requireOne(settings: Settings, names: readonly string[]): void {
  const [one, other] = names.flatMap((name) => {
    const setting = settings.get(name)
    if (setting === undefined) return []
    return setting.isInAddress ? `the ${name} in ${setting.from}` : setting.from
  })
  if (one === undefined || other === undefined) return
  throw new EnvironmentError(`Two ways to be admitted: ${one} and ${other}; keep one of them.`)
}

/** @throws {EnvironmentError} for a NATS user without a password, or a password without a user. */
function requirePair(settings: Settings): void {
  const password = settings.get('password') ?? settings.get('password-file')
  const user = settings.get('user')
  if ((user === undefined) === (password === undefined)) return
  throw new EnvironmentError(
    user === undefined
      ? `${password?.from} is set without a user; set NATS_USER (--nats-user), or NATS_TOKEN_FILE for a token.`
      : `${user.from} is set without a password; set NATS_PASSWORD_FILE (--nats-password-file).`,
  )
}

/** The TLS settings. @throws {EnvironmentError} for a certificate without its key, or a key alone. */
function checked(kind: ServerKind, what: string, settings: Settings) {
  try {
    return tlsOf(kind, Object.fromEntries([...settings].map(([name, { value }]) => [name, value])))
  } catch (error) {
    if (error instanceof ParameterError) throw new EnvironmentError(`${what} ${error.fault}`)
    throw error
  }
}

/** An option's variable and flag. */
function nameOf({ variable, flag }: ServerOption): string {
  return flag === null ? variable : `${variable} (${flag})`
}
