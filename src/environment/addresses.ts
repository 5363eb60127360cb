import { EnvironmentError } from './environment-error.ts'

const bareAddress = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?$/i

/**
 * `redis://[user:password@]host:port[/db]`, `rediss://…`, or `host:port`, as one address with a scheme.
 *
 * @param what names the setting in the error.
 * @throws {EnvironmentError} if it is not a Redis address. The error omits the text, which may hold a password.
 */
export function parseRedisUrl(text: string, what = 'REDIS_URL'): string {
  const address = parseAddress(text, ['redis:', 'rediss:'], /^(\/\d*)?$/)
  if (address !== undefined) return address
  throw new EnvironmentError(
    `${what} is not a Redis address: write redis://host:6379 or redis://user:password@host:6379/0` +
      `${encodingAdvice} (The value is not shown: it may hold a password.)`,
  )
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

/** `host:port`, to name a server in a message. */
export function hostAndPort(url: string): string {
  const { protocol, hostname, port } = new URL(url)
  return `${hostname}:${port || (protocol.startsWith('redis') ? 6379 : 4222)}`
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
