import { resolve } from 'node:path'
import type { NatsAccess } from '../registry/nats/authenticator.ts'
import { parseNats } from '../registry/nats/parse-nats.ts'
import {
  namesOf,
  nameOf,
  parseRedis,
  type RedisAccess,
  type RedisPlace,
} from '../registry/redis/address.ts'
import { ParameterError, writeParameters } from '../registry/server-parameters.ts'
import { tlsParameters } from '../registry/tls.ts'
import { EnvironmentError } from './environment-error.ts'

/**
 * The text form of a Redis: `redis://[user:password@]host:port[/db]`, `rediss://…` or `host:port`; several of these,
 * nodes of one cluster, separated by commas; or `redis+sentinel://[user:password@]host:port[,host:port…]/<master name>[/db]`.
 *
 * @param what names the setting in the error.
 * @returns the same, each address spelled out with its scheme, credentials and parameters, whose paths are absolute:
 *   other processes may work in other folders.
 * @throws {EnvironmentError} if it is not such a text. The error omits it, because it may hold a password.
 */
export function parseRedisUrl(text: string, what = 'REDIS_URL'): string {
  try {
    return urlOf(parseRedis(text === '' || /^[^,]*:\/\//.test(text) ? text : `redis://${text}`))
  } catch (error) {
    if (error instanceof ParameterError) throw new EnvironmentError(`${what} ${error.fault}`)
    throw new EnvironmentError(
      `${what} is not a Redis address: write redis://host:6379 or redis://user:password@host:6379/0, several nodes ` +
        'of one cluster separated by commas, or redis+sentinel://host:26379/mymaster' +
        `${encodingAdvice} (The value is not shown: it may hold a password.)`,
    )
  }
}

/** The addresses that a text of `parseRedisUrl` consists of; Sentinels' stay one. */
export function redisAddresses(url: string): readonly string[] {
  return url.includes('+sentinel://') ? [url] : url.split(',')
}

/** The same address, with another account, database or TLS. */
export function withRedisAccess(url: string, access: Partial<RedisAccess>): string {
  return urlOf(parseRedis(url), access)
}

function urlOf(place: RedisPlace, changed: Partial<RedisAccess> = {}): string {
  const access = { ...(place.kind === 'servers' ? place.addresses[0] : place.access), ...changed }
  const { tls, username = '', password = '', passwordFile, database, usesFunctions } = access
  const scheme = `redis${tls === null ? '' : 's'}${place.kind === 'sentinel' ? '+sentinel' : ''}`
  const search = searchOf({
    ...tlsParameters(tls),
    'password-file': passwordFile,
    scripts: usesFunctions ? 'functions' : undefined,
  })
  const user = encodeURIComponent(username)
  const account = password === '' ? user : `${user}:${encodeURIComponent(password)}`
  const before = `${scheme}://${account === '' ? '' : `${account}@`}`
  const path = (database === 0 ? '' : `/${database}`) + search
  return place.kind === 'servers'
    ? place.addresses.map((address) => before + nameOf(address) + path).join(',')
    : `${before}${place.sentinels.map(nameOf).join(',')}/${encodeURIComponent(place.master)}${path}`
}

const NOT_A_PATH: ReadonlySet<string> = new Set(['tls-server-name', 'scripts'])

/** The query of an address, in which all paths are absolute. */
function searchOf(parameters: Parameters<typeof writeParameters>[0]): string {
  const absolute = Object.entries(parameters).map(([name, value]) => [
    name,
    value === undefined || NOT_A_PATH.has(name) ? value : resolve(value),
  ])
  return writeParameters(Object.fromEntries(absolute))
}

/**
 * One or more of `nats://[user:password@]host:port`, `tls://…` or `host:port`, separated by commas.
 *
 * @param what names the setting in the error.
 * @returns each with its scheme and all parameters, whose paths are absolute.
 * @throws {EnvironmentError} if one of them is not a NATS address, or if their credentials differ.
 */
export function parseNatsUrls(text: string, what = 'NATS_URL'): readonly string[] {
  const parts = text.split(',').map((part) => part.trim())
  try {
    if (parts.includes('')) throw new Error('An address is missing.')
    const { access } = parseNats(parts)
    // A name in only one of them may be the end of a password with a raw comma.
    const accounts = parts.map((part) =>
      part
        .replace(/^[a-z]+:\/\//i, '')
        .split('@')
        .slice(0, -1),
    )
    if (new Set(accounts.map(String)).size > 1) throw new Error('different credentials')
    const search = searchOf(natsParameters(access))
    return parts.map((part) => {
      const address = part.replace(/\/?(\?.*)?$/s, '')
      const withScheme = /^[a-z]+:\/\//i.test(address) ? address : `nats://${address}`
      if (!/^\w+:\/\/[^/]+$/.test(withScheme)) throw new Error('It has a path.')
      return overTls(withScheme, access) + search
    })
  } catch (error) {
    if (error instanceof ParameterError) throw new EnvironmentError(`${what} ${error.fault}`)
    if (String(error).includes('different credentials')) {
      throw new EnvironmentError(
        `The addresses in ${what} must all have the same user and password.`,
      )
    }
    throw new EnvironmentError(
      `${what} is not a NATS address: write nats://host:4222 or nats://user:password@host:4222, ` +
        `several separated by commas${encodingAdvice} (The value is not shown: it may hold a password.)`,
    )
  }
}

/** The same addresses, with this account and these parameters. */
export function natsUrlsOf(urls: readonly string[], access: NatsAccess): readonly string[] {
  const { user, password = '', token } = access
  const name = encodeURIComponent(user ?? token ?? '')
  const account = password === '' ? name : `${name}:${encodeURIComponent(password)}`
  const search = searchOf(natsParameters(access))
  return urls.map((url) => {
    const { protocol, host } = new URL(url)
    const address = `${protocol}//${account === '' ? '' : `${account}@`}${host}`
    return overTls(address, access) + search
  })
}

/** With the scheme that says so: settings of TLS imply it. */
function overTls(address: string, { tls }: NatsAccess): string {
  if (Object.keys(tlsParameters(tls)).length === 0) return address
  return address.replace(/^nats:/i, 'tls:')
}

/** The parameters that say the same. */
export function natsParameters(access: NatsAccess): Parameters<typeof writeParameters>[0] {
  return {
    ...tlsParameters(access.tls),
    'password-file': access.passwordFile,
    'token-file': access.tokenFile,
    'nkey-file': access.nkeyFile,
    creds: access.credsFile,
  }
}

/** `host:port`, to name a server in a message; several are separated by commas. */
export function hostAndPort(url: string): string {
  if (url.startsWith('redis')) return namesOf(parseRedis(url)).join(', ')
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || 4222}`
}

const encodingAdvice =
  '. Special characters in a password must be percent-encoded, e.g. %40 for @ and %2F for /.'
