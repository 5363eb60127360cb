import { RegistryError } from '../errors.ts'

/** A parsed Redis URL. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  readonly usesTls: boolean
}

const defaultPort = 6379

/**
 * Parses `redis[s]://[user:password@]host[:port][/database]`.
 * @throws RegistryError `INVALID_ARGUMENT`; its message omits the URL, which may contain a password.
 */
export function parseRedisAddress(url: string): RedisAddress {
  const parsed = URL.parse(url)
  const database = /^\/?(\d*)$/.exec(parsed?.pathname ?? '')?.[1]
  const isRedis = parsed?.protocol === 'redis:' || parsed?.protocol === 'rediss:'
  if (!parsed || !isRedis || parsed.hostname === '' || database === undefined) {
    throw malformed('does not have the form redis[s]://[user:password@]host[:port][/database]')
  }
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? defaultPort : Number(parsed.port),
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    database: Number(database),
    usesTls: parsed.protocol === 'rediss:',
  }
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
export function nameOf(address: RedisAddress): string {
  return `${address.host}:${address.port}`
}
