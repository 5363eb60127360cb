import {
  namesOf,
  nameOf,
  parseRedis,
  type RedisAccess,
  type RedisPlace,
} from '../registry/redis/address.ts'
import { EnvironmentError } from './environment-error.ts'

const bareAddress = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?$/i

/**
 * The text form of a Redis: `redis://[user:password@]host:port[/db]`, `rediss://…` or `host:port`; several of these,
 * nodes of one cluster, separated by commas; or `redis+sentinel://[user:password@]host:port[,host:port…]/<master name>[/db]`.
 *
 * @param what names the setting in the error.
 * @returns the same, each address spelled out with its scheme and credentials.
 * @throws {EnvironmentError} if it is not such a text. The error omits it, because it may hold a password.
 */
export function parseRedisUrl(text: string, what = 'REDIS_URL'): string {
  try {
    return urlOf(parseRedis(text === '' || /^[^,]*:\/\//.test(text) ? text : `redis://${text}`))
  } catch {
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

/** The same address, with this password or database. */
export function withRedisAccess(
  url: string,
  access: { readonly password?: string; readonly database?: number },
): string {
  return urlOf(parseRedis(url), access)
}

function urlOf(place: RedisPlace, changed: Partial<RedisAccess> = {}): string {
  const access = place.kind === 'servers' ? place.addresses[0] : place.access
  const { usesTls, username = '', password = '', database } = { ...access, ...changed }
  const scheme = `redis${usesTls ? 's' : ''}${place.kind === 'sentinel' ? '+sentinel' : ''}`
  const user = encodeURIComponent(username)
  const account = password === '' ? user : `${user}:${encodeURIComponent(password)}`
  const before = `${scheme}://${account === '' ? '' : `${account}@`}`
  const path = database === 0 ? '' : `/${database}`
  return place.kind === 'servers'
    ? place.addresses.map((address) => before + nameOf(address) + path).join(',')
    : `${before}${place.sentinels.map(nameOf).join(',')}/${encodeURIComponent(place.master)}${path}`
}

/**
 * One or more of `nats://[user:password@]host:port`, `tls://…` or `host:port`, separated by commas.
 *
 * @param what names the setting in the error.
 * @throws {EnvironmentError} if one of them is not a NATS address, or if their credentials differ.
 */
export function parseNatsUrls(text: string, what = 'NATS_URL'): readonly string[] {
  const addresses = text
    .split(',')
    .map((part) => parseAddress(part.trim(), ['nats:', 'tls:'], /^\/?$/))
    .filter((address) => address !== undefined)
  if (addresses.length !== text.split(',').length) {
    throw new EnvironmentError(
      `${what} is not a NATS address: write nats://host:4222 or nats://user:password@host:4222, ` +
        `several separated by commas${encodingAdvice} (The value is not shown: it may hold a password.)`,
    )
  }
  const credentials = addresses.map((address) => new URL(address)).map(userInfo)
  if (new Set(credentials).size > 1) {
    throw new EnvironmentError(`The addresses in ${what} must all have the same user and password.`)
  }
  return addresses
}

/** `host:port`, to name a server in a message; several are separated by commas. */
export function hostAndPort(url: string): string {
  if (url.startsWith('redis')) return namesOf(parseRedis(url)).join(', ')
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || 4222}`
}

const encodingAdvice =
  '. Special characters in a password must be percent-encoded, e.g. %40 for @ and %2F for /.'

function parseAddress(
  text: string,
  schemes: readonly [string, ...string[]],
  path: RegExp,
): string | undefined {
  const address = bareAddress.test(text) ? `${schemes[0]}//${text}` : text
  if (!URL.canParse(address)) return undefined
  const { protocol, username, password, hostname, pathname, search, hash } = new URL(address)
  const known = schemes.includes(protocol) && hostname !== '' && path.test(pathname)
  if (!isDecodable(username) || !isDecodable(password)) return undefined
  // An @ after the host means that a raw / ? or # in a password has cut the address short.
  return known && !search.includes('@') && hash === '' ? address : undefined
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function userInfo({ username, password }: URL): string {
  return `${username}:${password}`
}
