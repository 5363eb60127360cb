import { setImmediate } from 'node:timers/promises'
import { connect, type ServerInfo } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { RegistryError } from '../registry/errors.ts'
import { parseServerAddresses } from '../registry/nats/server-address.ts'
import {
  nameOf,
  parseHostAndPort,
  parseRedis,
  type HostAndPort,
  type RedisAccess,
} from '../registry/redis/address.ts'
import { optionsFor } from '../registry/redis/client-options.ts'
import type { ServerKind } from '../registry/server-parameters.ts'
import { tlsFailure, tlsGuess } from '../registry/tls-failure.ts'
import { connectRedis } from '../registry/redis/connect-redis.ts'
import { clusterOf, primaryWith, readNodes, readSlots } from './redis-topology.ts'
import type { ServerConfiguration } from './configuration-hash.ts'
import { EnvironmentError } from './environment-error.ts'

/** A server that doesn't answer within this time counts as unreachable. */
const timeoutMs = 5_000

/** Servers' own description. */
export interface ServerDescription {
  readonly version: string
  /** One per server; `null` if unavailable: managed servers refuse `CONFIG`. */
  readonly configurations: readonly ServerConfiguration[] | null
  /** How many servers there are and how they relate; absent for a single one. */
  readonly topology?: string
}

/**
 * Asks a Redis for its version and its configuration, and each node of a cluster for its configuration.
 *
 * @param url in any form of `REDIS_URL`.
 * @throws {EnvironmentError} naming host and port, if none is reachable within 5 s each, or they refuse the connection.
 */
export function checkRedis(url: string): Promise<ServerDescription> {
  return withUsableSettings(() => checkRedisAt(url))
}

/** Says as a user's error what is wrong with an address or with a file that it refers to. */
async function withUsableSettings<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isSetting = error instanceof RegistryError && error.code === 'INVALID_ARGUMENT'
    throw isSetting ? new EnvironmentError(error.message) : error
  }
}

async function checkRedisAt(url: string): Promise<ServerDescription> {
  const place = parseRedis(url)
  if (place.kind === 'sentinel') return checkBySentinels(url, place.access)
  const failures: EnvironmentError[] = []
  for (const address of place.addresses) {
    const described = await checkServer(address, address, place.addresses.length > 1)
    if (!(described instanceof EnvironmentError)) return described
    failures.push(described)
  }
  throw failures.length === 1 && failures[0] !== undefined
    ? failures[0]
    : new EnvironmentError(failures.map(({ message }) => message).join(' '))
}

async function checkServer(
  { host, port }: HostAndPort,
  access: RedisAccess,
  isToBeCluster: boolean,
): Promise<ServerDescription | EnvironmentError> {
  const redis = new Redis({
    ...optionsFor(access, timeoutMs),
    host,
    port,
    db: access.database,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  // ioredis rejects with "Connection is closed."; the reason comes as an event.
  const reason = new Promise<Error>((resolve) => redis.on('error', resolve))
  const described = redis.connect().then(
    () => describeRedis(redis, access),
    // A server that merely closes the connection causes no such event.
    async (error: unknown) => Promise.race([reason, afterEvents(error)]),
  )
  const answer = await Promise.race([described, reason, silence()]).catch((error: Error) => error)
  redis.disconnect()
  const failure =
    !(answer instanceof Error) && isToBeCluster && !answer.isCluster
      ? new Error('not a node of a cluster, so REDIS_URL can hold only this one')
      : answer
  if (!(failure instanceof Error)) return failure.description
  return new EnvironmentError(
    `Redis at ${nameOf({ host, port })} ${explainAt('redis', failure, access.tls !== null)}`,
  )
}

interface DescribedRedis {
  readonly description: ServerDescription
  readonly isCluster: boolean
}

async function describeRedis(redis: Redis, access: RedisAccess): Promise<DescribedRedis> {
  const [info, configuration] = await Promise.all([describedBy(redis), configurationOf(redis)])
  const version = /^redis_version:(.+)$/m.exec(info)?.[1]?.trim()
  if (version === undefined) throw new Error('no version in its INFO')
  const isCluster = /^redis_mode:cluster/m.test(info) || /^cluster_enabled:1/m.test(info)
  if (!isCluster) {
    const replicas = Number(/^connected_slaves:(\d+)/m.exec(info)?.[1] ?? 0)
    const configurations = configuration === null ? null : [configuration]
    const topology = replicas === 0 ? {} : { topology: primaryWith(replicas) }
    return { description: { version, configurations, ...topology }, isCluster }
  }
  const nodes = await redis
    .cluster('NODES')
    .then((text) => readNodes(String(text)))
    .catch(async () => readSlots(await redis.cluster('SLOTS')))
  const topology = clusterOf(nodes)
  const places = nodes.map(({ address }) => parseHostAndPort(address))
  const all = await Promise.all(
    places.map(async (place) => (place === undefined ? null : configurationAt(place, access))),
  )
  const known = all.filter((one) => one !== null)
  const configurations = known.length === all.length ? known : null
  return { description: { version, configurations, topology }, isCluster }
}

/** What a server says of itself: by INFO, or by HELLO, which every user may send, in the form of INFO. */
async function describedBy(redis: Redis): Promise<string> {
  try {
    return await redis.info()
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOPERM'))) throw error
    const hello = await redis.call('HELLO')
    const words = Array.isArray(hello) ? hello.map(String) : []
    const [version, mode] = ['version', 'mode'].map((name) => words[words.indexOf(name) + 1])
    return `redis_version:${version}\nredis_mode:${mode}`
  }
}

async function checkBySentinels(url: string, access: RedisAccess): Promise<ServerDescription> {
  try {
    const { client } = await connectRedis(url, { timeoutMs })
    if (!(client instanceof Redis)) throw new Error('Sentinels know no cluster')
    try {
      const { description } = await describeRedis(client, access)
      const { topology = 'primary without replicas' } = description
      return { ...description, topology: `${topology}, found by Sentinel` }
    } finally {
      client.disconnect()
    }
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error))
    throw new EnvironmentError(
      `${message} Are these the right Sentinels and the right master name?`,
    )
  }
}

async function configurationAt(
  { host, port }: HostAndPort,
  access: RedisAccess,
): Promise<ServerConfiguration | null> {
  const redis = new Redis({
    ...optionsFor(access, timeoutMs),
    host,
    port,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await configurationOf(redis)
  } catch {
    return null
  } finally {
    redis.disconnect()
  }
}

async function configurationOf(redis: Redis): Promise<ServerConfiguration | null> {
  return pairsOf(await redis.config('GET', '*').catch(() => null))
}

/**
 * Asks the first NATS server that answers for its version, and each server of a cluster for its configuration.
 *
 * @throws {EnvironmentError} naming hosts and ports, if none is reachable within 5 s, or they refuse the connection.
 */
export function checkNats(urls: readonly string[]): Promise<ServerDescription> {
  return withUsableSettings(() => checkNatsAt(urls))
}

async function checkNatsAt(urls: readonly string[]): Promise<ServerDescription> {
  const { hosts, credentials } = parseServerAddresses(urls)
  const infoOf = async (servers: readonly string[]): Promise<ServerInfo> => {
    const connected = connect({
      servers: [...servers],
      ...credentials,
      timeout: timeoutMs,
      reconnect: false,
      // One that refuses names servers of its cluster, itself too, which the client would try for good.
      ignoreClusterUpdates: true,
    })
    try {
      const connection = await Promise.race([connected, silence()])
      const { info } = connection
      await connection.close()
      if (info?.version === undefined) throw new Error('no version in its INFO')
      return info
    } catch (error) {
      connected.then((late) => late.close()).catch(() => {})
      throw error
    }
  }
  try {
    const info = await infoOf(hosts)
    const { version } = info
    if (info.cluster === undefined) return { version, configurations: [{ ...info }] }
    const others = [...new Set([...hosts, ...(info.connect_urls ?? [])])]
    const answers = await Promise.allSettled(others.map((server) => infoOf([server])))
    const infos = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    // A server may have several addresses.
    const servers = new Map([info, ...infos].map((one) => [one.server_id, one]))
    const topology = servers.size === 1 ? {} : { topology: `cluster of ${servers.size}` }
    return {
      version,
      configurations: [...servers.values()].map((one) => ({ ...one })),
      ...topology,
    }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error))
    const reason = explainAt('nats', failure, credentials.tls !== undefined)
    throw new EnvironmentError(`NATS at ${hosts.join(', ')} ${reason}`)
  }
}

/** Names and values in turn, as `CONFIG GET` gives them. */
function pairsOf(list: unknown): ServerConfiguration | null {
  if (!Array.isArray(list)) return null
  const texts = list.map(String)
  return Object.fromEntries(
    texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1]]] : [])),
  )
}

/** Returns an error after the events that accompany it have been emitted. */
async function afterEvents(error: unknown): Promise<Error> {
  await setImmediate()
  return error instanceof Error ? error : new Error(String(error))
}

class SilenceError extends Error {}

function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new SilenceError('no answer')), timeoutMs).unref()
  })
}

/** The same, with the settings of TLS that may help. */
function explainAt(kind: ServerKind, error: Error, usesTls: boolean): string {
  const ofTls = tlsFailure(kind, error)
  if (ofTls !== null) return `is unusable: ${ofTls}.`
  const guess = tlsGuess(kind, error instanceof SilenceError ? 'no answer' : error, usesTls)
  if (guess === '') return explain(error)
  return `${explain(error).replace(/\.( Is this the right address\?)?$/, '')}${guess}.`
}

/**
 * The problem and the remedy. The error itself is not passed on as a cause, because errors of ioredis
 * contain the command, and so the password.
 */
function explain(error: Error): string {
  const { message, name } = error
  if (/NOAUTH/.test(message)) {
    return 'asks for a password: set REDIS_PASSWORD_FILE (--redis-password-file) or REDIS_PASSWORD, or put it into the address, as in redis://:password@host:port.'
  }
  if (/WRONGPASS|invalid password|without any password/i.test(message)) {
    return 'refused the user or password. They are in its address, or in REDIS_USERNAME and REDIS_PASSWORD_FILE or REDIS_PASSWORD.'
  }
  if (name === 'AuthorizationError') {
    return 'refused the user or password, token, nkey or creds, or asks for one of these: set NATS_USER and NATS_PASSWORD_FILE, NATS_TOKEN_FILE, NATS_NKEY_FILE or NATS_CREDS, or write nats://user:password@host:port.'
  }
  if (error instanceof SilenceError || /time(d )?out/i.test(message)) {
    return `did not answer within ${timeoutMs / 1000} s. Is this the right address?`
  }
  const code = systemCode(error) ?? systemCode(error.cause)
  if (code === 'ECONNREFUSED') return 'refused the connection. Is the server running there?'
  if (code === 'ENOTFOUND') return 'was not found: no such host. Is the name right?'
  if (
    code === 'EPIPE' ||
    code === 'ECONNRESET' ||
    /connection is closed|undefined error/i.test(message)
  ) {
    return 'closed the connection. Is this the right address?'
  }
  return `is unusable: ${code ?? message}`
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
