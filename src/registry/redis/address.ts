import { RegistryError } from '../errors.ts'
import {
  ParameterError,
  readParameters,
  REDIS_PARAMETERS,
  type RedisParameter,
} from '../server-parameters.ts'
import { PLAIN_TLS, tlsOf, type TlsSettings } from '../tls.ts'

/** A host and a port. */
export interface HostAndPort {
  readonly host: string
  readonly port: number
}

/** How to be admitted to a Redis server. */
export interface RedisAccess {
  readonly username: string | undefined
  readonly password: string | undefined
  /** The file that has the password; read for every connection. */
  readonly passwordFile: string | undefined
  readonly database: number
  /** `null`: without TLS. */
  readonly tls: TlsSettings | null
  /** Whether scripts are functions that an administrator has loaded; `?scripts=functions`. */
  readonly usesFunctions?: true
}

/** A Redis server, and how to be admitted. */
export interface RedisAddress extends HostAndPort, RedisAccess {}

/** What a Redis URL names. */
export type RedisPlace =
  /** One server, or several nodes of one cluster. */
  | {
      readonly kind: 'servers'
      readonly addresses: readonly [RedisAddress, ...RedisAddress[]]
    }
  /** The server that Sentinels know as the master of this name. */
  | {
      readonly kind: 'sentinel'
      readonly sentinels: readonly HostAndPort[]
      readonly master: string
      readonly access: RedisAccess
    }

const DEFAULT_PORT = 6379
const DEFAULT_SENTINEL_PORT = 26_379
const MAX_PORT = 65_535

const hostAndPort = /^(?:\[(?<ip>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/i
const sentinelUrl =
  /^redis(?<tls>s)?\+sentinel:\/\/(?:(?<user>[^@/?#:,]*)(?::(?<password>[^@/?#,]*))?@)?(?<hosts>[^@/?#]+)\/(?<master>[\w.%-]+)(?:\/(?<database>\d*))?(?:\?(?<search>[^@#]*))?$/i

type Parameters = Readonly<Partial<Record<RedisParameter, string>>>

/** An address, and the parameters that it was given by itself. */
interface ReadAddress extends RedisAddress {
  readonly parameters: Parameters
}

/**
 * Parses the text form of a Redis: `redis[s]://[user:password@]host[:port][/database]`; several of these,
 * nodes of one cluster, separated by commas, of which all but the first may be `host[:port]` alone; or
 * `redis[s]+sentinel://[user:password@]host[:port][,host[:port]…]/<master name>[/database]`. All may end with
 * parameters, such as `?tls-ca=/etc/ca.pem&password-file=/run/secret`; those of one node are those of all.
 * @param text one text, or a list of such URLs.
 * @throws RegistryError `INVALID_ARGUMENT`; its message omits the text, which may contain a password.
 */
export function parseRedis(text: string | readonly string[]): RedisPlace {
  const whole = typeof text === 'string' ? text : text.join(',')
  if (/\+sentinel:/i.test(whole)) return sentinelPlace(whole)
  const [firstText = '', ...others] = whole.split(',').map((part) => part.trim())
  const first = parseRedisAddress(firstText)
  const nodes = others.map((part) => nodeAddress(part, first))
  if (nodes.some((node) => !isAdmittedAlike(node, first))) {
    throw malformed(
      'has several nodes with different users, passwords, databases or schemes; nodes of one cluster share them',
    )
  }
  const shared = sharedParameters([first, ...nodes])
  const withShared = ({ host, port, tls, ...access }: ReadAddress): RedisAddress => ({
    host,
    port,
    ...accessWith({ ...access, tls }, shared),
  })
  return { kind: 'servers', addresses: [withShared(first), ...nodes.map(withShared)] }
}

/** @throws RegistryError `INVALID_ARGUMENT` if nodes differ in a parameter. */
function sharedParameters(addresses: readonly ReadAddress[]): Parameters {
  const shared: Partial<Record<RedisParameter, string>> = {}
  for (const { parameters } of addresses) {
    for (const name of REDIS_PARAMETERS) {
      const value = parameters[name]
      if (value === undefined) continue
      if ((shared[name] ?? value) !== value) {
        throw new ParameterError(
          'redis',
          `has several nodes with different ?${name}=; nodes of one cluster share it`,
        )
      }
      shared[name] = value
    }
  }
  return shared
}

/** What the parameters add. TLS settings imply TLS, whatever the scheme is. */
function accessWith(
  { username, password, database, tls }: Omit<RedisAccess, 'passwordFile'>,
  parameters: Parameters,
): RedisAccess {
  const passwordFile = parameters['password-file']
  if (password !== undefined && passwordFile !== undefined) {
    throw new ParameterError('redis', 'has a password and a ?password-file=; keep one of them')
  }
  const access = { username, password, passwordFile, database }
  return {
    ...access,
    tls: tlsOf('redis', parameters) ?? tls,
    ...(usesFunctions(parameters) ? { usesFunctions: true } : {}),
  }
}

function usesFunctions({ scripts = 'eval' }: Parameters): boolean {
  if (scripts === 'functions' || scripts === 'eval') return scripts === 'functions'
  throw new ParameterError('redis', 'has a ?scripts= that is neither functions nor eval')
}

/** The `host:port` of each server or Sentinel that a place names, for messages. */
export function namesOf(place: RedisPlace): readonly string[] {
  return (place.kind === 'servers' ? place.addresses : place.sentinels).map(nameOf)
}

/**
 * Parses `redis[s]://[user:password@]host[:port][/database][?parameters]`.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
function parseRedisAddress(url: string): ReadAddress {
  const parsed = URL.parse(url)
  const database = /^\/?(\d*)$/.exec(parsed?.pathname ?? '')?.[1]
  const isRedis = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:'
  // An @ after the host means that a raw / ? or # in a password has cut the address short.
  const isWhole = parsed !== null && !parsed.search.includes('@') && parsed.hash === ''
  if (!isWhole || !isRedis || parsed.hostname === '' || database === undefined) {
    throw malformed(
      'does not have the form redis[s]://[user:password@]host[:port][/database], several separated by commas, ' +
        'or redis[s]+sentinel://[user:password@]host[:port][,host[:port]…]/<master name>[/database]',
    )
  }
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    passwordFile: undefined,
    database: Number(database),
    tls: parsed.protocol === 'rediss:' ? PLAIN_TLS : null,
    parameters: readParameters('redis', parsed.search, REDIS_PARAMETERS),
  }
}

/** A node after the first, which lends its scheme, credentials and database to a mere `host:port`. */
function nodeAddress(part: string, first: ReadAddress): ReadAddress {
  const [hostText = '', ...search] = part.split('?')
  const bare = parseHostAndPort(hostText, DEFAULT_PORT)
  if (bare !== undefined) {
    const parameters = readParameters('redis', search.join('?'), REDIS_PARAMETERS)
    return { ...first, ...bare, parameters }
  }
  const address = parseRedisAddress(part)
  if (address.username !== undefined || address.password !== undefined) return address
  return { ...address, username: first.username, password: first.password }
}

function isAdmittedAlike(one: RedisAccess, other: RedisAccess): boolean {
  return (
    one.username === other.username &&
    one.password === other.password &&
    one.database === other.database &&
    (one.tls === null) === (other.tls === null)
  )
}

function sentinelPlace(url: string): RedisPlace {
  const groups = sentinelUrl.exec(url)?.groups
  const sentinels = groups?.['hosts']
    ?.split(',')
    .map((part) => parseHostAndPort(part.trim(), DEFAULT_SENTINEL_PORT))
    .filter((sentinel) => sentinel !== undefined)
  if (!groups || !sentinels || sentinels.length < (groups['hosts'] ?? '').split(',').length) {
    throw malformed(
      'does not have the form redis[s]+sentinel://[user:password@]host[:port][,host[:port]…]/<master name>[/database]',
    )
  }
  return {
    kind: 'sentinel',
    sentinels,
    master: decoded(groups['master'] ?? '') ?? '',
    access: accessWith(
      {
        username: decoded(groups['user'] ?? ''),
        password: decoded(groups['password'] ?? ''),
        database: Number(groups['database'] ?? 0),
        tls: groups['tls'] === undefined ? null : PLAIN_TLS,
      },
      readParameters('redis', groups['search'] ?? '', REDIS_PARAMETERS),
    ),
  }
}

/** Parses `host[:port]`, with an IPv6 host in brackets; `undefined` if it is something else. */
export function parseHostAndPort(text: string, defaultPort?: number): HostAndPort | undefined {
  const groups = hostAndPort.exec(text)?.groups
  const port = groups?.['port'] === undefined ? defaultPort : Number(groups['port'])
  if (!groups || port === undefined || port > MAX_PORT) return undefined
  return { host: groups['ip'] ?? groups['name'] ?? '', port }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part) || undefined
  } catch {
    throw malformed(
      'has an invalid "%" escape in its user or password; write a literal "%" as "%25"',
    )
  }
}

function malformed(fault: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', `The Redis URL ${fault}.`)
}

/** `host:port`, for messages. */
export function nameOf({ host, port }: HostAndPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
