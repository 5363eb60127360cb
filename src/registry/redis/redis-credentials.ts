import { Cluster, type Redis } from 'ioredis'
import {
  takeRedisCredentials,
  type CredentialsProvider,
  type RedisCredentials,
} from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import type { Warnings } from '../warnings.ts'
import { RenewedCredentials } from '../renewed-credentials.ts'
import type { RedisAccess, RedisPlace } from './address.ts'
import { within } from './client-options.ts'
import type { RedisClient } from './connection.ts'

/** Credentials for Redis that all connections of a store share. */
export type RenewedRedisCredentials = RenewedCredentials<RedisCredentials>

/**
 * Opens credentials, asking their provider.
 * @param timeoutMs how long the provider may take.
 * @throws RegistryError `CREDENTIALS_FAILED`
 */
export function openRedisCredentials(
  given: RedisCredentials | CredentialsProvider<RedisCredentials>,
  timeoutMs: number,
  warnings: Warnings,
): Promise<RenewedRedisCredentials> {
  return RenewedCredentials.open({
    given,
    take: takeRedisCredentials,
    where: 'options.redisCredentials',
    endOf: ({ expiresAt }) => (expiresAt === undefined ? null : Number(expiresAt)),
    timeoutMs,
    warnings,
  })
}

/** Redis's words for a user that it doesn't admit. */
const REFUSED = /^(WRONGPASS|NOAUTH|ERR (AUTH|invalid password|invalid username))/

/**
 * A place with provided credentials.
 * @throws RegistryError `INVALID_ARGUMENT` if its URL has credentials too.
 */
export function admittedWith(place: RedisPlace, credentials: RedisCredentials): RedisPlace {
  const access = place.kind === 'sentinel' ? place.access : place.addresses[0]
  if ((access.username ?? access.password ?? access.passwordFile) !== undefined) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'The Redis URL has a user or a password, and so have the credentials given; leave out one of them.',
    )
  }
  const admitted = <T extends RedisAccess>(to: T): T => ({ ...to, ...accessOf(credentials) })
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
  const unfollow = credentials.follow(adopt)
  client.once('end', unfollow)
  client.on('error', noteRefusal)
  if (client instanceof Cluster) {
    // A node's options are those that the cluster began with.
    client.prependListener('+node', (node: Redis) => setCredentials(node, used))
    client.on('node error', noteRefusal)
  }
  // They may have been replaced while this client connected.
  if (credentials.current !== used) void adopt(credentials.current).catch(noteRefusal)
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
