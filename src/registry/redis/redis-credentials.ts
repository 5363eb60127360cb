import { Cluster, type Redis } from 'ioredis'
import {
  takeRedisCredentials,
  type CredentialsProvider,
  type RedisCredentials,
} from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import type { Warnings } from '../warnings.ts'
import { RenewedCredentials } from '../renewed-credentials.ts'
import { readSecret } from '../secret-file.ts'
import { quoted } from '../text.ts'
import { parseRedis, type RedisAccess, type RedisPlace } from './address.ts'
import { within } from './client-options.ts'
import type { RedisClient } from './connection.ts'

/** Credentials for Redis that all connections of a store share. */
export type RenewedRedisCredentials = RenewedCredentials<RedisCredentials>

/**
 * The credentials that change while a store is connected: those that are given, or a password file of the URL, which is read
 * again when Redis refuses the password. `null` for all others.
 * @param timeoutMs how long a provider may take.
 * @throws RegistryError `CREDENTIALS_FAILED`; `INVALID_ARGUMENT` if both are given.
 */
export async function changingRedisCredentials(
  url: string | readonly string[],
  given: RedisCredentials | CredentialsProvider<RedisCredentials> | undefined,
  timeoutMs: number,
  warnings: Warnings,
): Promise<RenewedRedisCredentials | null> {
  const { username, password, passwordFile } = accessTo(parseRedis(url))
  const how = { take: takeRedisCredentials, endOf, timeoutMs, warnings }
  if (given !== undefined) {
    if ((username ?? password ?? passwordFile) === undefined) {
      return RenewedCredentials.open({ ...how, given, where: 'options.redisCredentials' })
    }
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'The Redis URL has a user or a password, and so has redisCredentials; leave out one of them.',
    )
  }
  if (passwordFile === undefined) return null
  const read = (): RedisCredentials => ({
    ...(username === undefined ? {} : { username }),
    password: readSecret({ kind: 'redis', parameter: 'password-file', path: passwordFile }),
  })
  // A file that is of no use is the caller's mistake, unlike one that is damaged later.
  read()
  const where = `Redis password-file ${quoted(passwordFile, 500)}`
  return RenewedCredentials.open({ ...how, given: read, where })
}

function accessTo(place: RedisPlace): RedisAccess {
  return place.kind === 'sentinel' ? place.access : place.addresses[0]
}

function endOf({ expiresAt }: RedisCredentials): number | null {
  return expiresAt === undefined ? null : Number(expiresAt)
}

/** Redis's words for a user that it doesn't admit; not those for a password that it doesn't need. */
const REFUSED = /^(WRONGPASS|NOAUTH|ERR invalid (password|username))/

/** A place with other credentials than those of its URL. */
export function admittedWith(place: RedisPlace, credentials: RedisCredentials): RedisPlace {
  const admitted = <T extends RedisAccess>(to: T): T => ({
    ...to,
    ...accessOf(credentials),
    passwordFile: undefined,
  })
  if (place.kind === 'sentinel') return { ...place, access: admitted(place.access) }
  const [first, ...others] = place.addresses
  return { ...place, addresses: [admitted(first), ...others.map(admitted)] }
}

/**
 * Keeps a client's credentials current until it ends. Redis admits anew on a connection in use, so no connection is
 * replaced; attempts to reconnect use the latest ones.
 * @param used the credentials that it connected with.
 * @param timeoutMs how long a server may take to answer.
 */
export function renewOn(
  client: RedisClient,
  credentials: RenewedRedisCredentials,
  used: RedisCredentials,
  timeoutMs: number,
): void {
  const adopt = async (next: RedisCredentials): Promise<void> => {
    const servers = client instanceof Cluster ? client.nodes('all') : [client]
    await Promise.all(servers.map((server) => admitAnew(server, next, timeoutMs)))
    used = next
  }
  const noteRefusal = (error: unknown): void => {
    if (error instanceof Error && REFUSED.test(error.message)) credentials.refused(used)
  }
  const unfollow = credentials.follow(adopt, used)
  client.once('end', unfollow)
  client.on('error', noteRefusal)
  if (client instanceof Cluster) {
    // A node's options are those that the cluster began with.
    client.prependListener('+node', (node: Redis) => setCredentials(node, used))
    client.on('node error', noteRefusal)
  }
}

/** @throws the server's refusal; then the client keeps its credentials. */
async function admitAnew(server: Redis, next: RedisCredentials, timeoutMs: number): Promise<void> {
  const { username, password } = server.options
  setCredentials(server, next)
  if (server.status !== 'ready') return
  try {
    const args = next.username === undefined ? [next.password] : [next.username, next.password]
    await within(server.call('AUTH', ...args), timeoutMs)
  } catch (error) {
    // A connection that was lost meanwhile returns with the new ones.
    if (!(error instanceof Error) || !REFUSED.test(error.message)) return
    Object.assign(server.options, { username, password })
    throw new RegistryError(
      'UNAVAILABLE',
      `Redis at ${server.options.host ?? ''}:${server.options.port ?? ''} refused them`,
    )
  }
}

function setCredentials({ options }: Redis, credentials: RedisCredentials): void {
  const before = options.password
  Object.assign(options, accessOf(credentials))
  // Sentinels that ask for a password get the same.
  if (options.sentinelPassword === before && before !== undefined) {
    options.sentinelPassword = credentials.password
    if (credentials.username !== undefined) options.sentinelUsername = credentials.username
  }
}

function accessOf({ username, password }: RedisCredentials) {
  return { username, password }
}
