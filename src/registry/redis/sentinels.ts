import { Redis } from 'ioredis'
import { RegistryError } from '../errors.ts'
import { tlsOptions } from '../tls.ts'
import { nameOf, type HostAndPort, type RedisAccess, type RedisPlace } from './address.ts'
import {
  connectFailure,
  opened,
  optionsFor,
  passwordOf,
  reconnectDelayMs,
  useDatabase,
  within,
  type ConnectingOptions,
} from './client-options.ts'
import { reasonIn, RedisConnection } from './connection.ts'

type SentinelPlace = Extract<RedisPlace, { kind: 'sentinel' }>

/**
 * Connects to the master that Sentinels name, and after each loss to the one that they name then.
 * @throws RegistryError `UNAVAILABLE` within `timeoutMs` per Sentinel, and the master.
 */
export async function connectBySentinels(
  place: SentinelPlace,
  { timeoutMs, natMap }: ConnectingOptions,
): Promise<RedisConnection> {
  const { sentinels, master, access } = place
  const options = optionsFor(access, timeoutMs)
  const { asksForPassword } = await findMaster(place, timeoutMs)
  let isConnected = false
  const retry = (attempt: number) => (isConnected ? reconnectDelayMs(attempt) : null)
  const client = new Redis({
    ...options,
    ...sentinelAccess(access, asksForPassword),
    sentinels: sentinels.map((sentinel) => ({ ...sentinel })),
    name: master,
    role: 'master',
    db: access.database,
    ...(access.tls !== null ? { enableTLSForSentinelMode: true } : {}),
    ...(Object.keys(natMap).length === 0 ? {} : { natMap }),
    sentinelCommandTimeout: timeoutMs,
    sentinelRetryStrategy: retry,
    retryStrategy: retry,
    lazyConnect: true,
    enableOfflineQueue: false,
  })
  try {
    await opened(client, timeoutMs)
    // The handshake may have failed without an event, such as for a missing password.
    await within(client.ping(), timeoutMs)
    await useDatabase(client, access.database, timeoutMs)
    isConnected = true
    return new RedisConnection(client, `${master} (Sentinel ${sentinels.map(nameOf).join(', ')})`)
  } catch (error) {
    client.disconnect()
    throw new RegistryError(
      'UNAVAILABLE',
      `The Redis "${master}" of the Sentinels at ${sentinels.map(nameOf).join(', ')} is unreachable: ${connectFailure(error, access)}.`,
    )
  }
}

/**
 * Asks the Sentinels in turn for the master, until one knows it. Unlike the client, it says what each
 * answered.
 * @throws RegistryError `UNAVAILABLE`
 */
async function findMaster(
  { sentinels, master, access }: SentinelPlace,
  timeoutMs: number,
): Promise<{ readonly asksForPassword: boolean }> {
  const failures: string[] = []
  const hasPassword = passwordOf(access) !== undefined
  for (const sentinel of sentinels) {
    for (const asksForPassword of [false, true]) {
      try {
        if (await knowsMaster(sentinel, master, access, asksForPassword, timeoutMs)) {
          return { asksForPassword }
        }
        failures.push(`${nameOf(sentinel)}: it knows no master "${master}"`)
        break
      } catch (error) {
        const reason = reasonIn(String(error))
        if (reason.startsWith('NOAUTH') && !asksForPassword && hasPassword) {
          continue
        }
        failures.push(`${nameOf(sentinel)}: ${connectFailure(error, access)}`)
        break
      }
    }
  }
  throw new RegistryError(
    'UNAVAILABLE',
    `No Redis Sentinel gave the master's address: at ${failures.join('; at ')}.`,
  )
}

async function knowsMaster(
  { host, port }: HostAndPort,
  master: string,
  access: RedisAccess,
  asksForPassword: boolean,
  timeoutMs: number,
): Promise<boolean> {
  const anonymous = {
    ...access,
    username: undefined,
    password: undefined,
    passwordFile: undefined,
  }
  const client = new Redis({
    ...optionsFor(asksForPassword ? access : anonymous, timeoutMs),
    host,
    port,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  })
  try {
    await opened(client, timeoutMs)
    const asked = client.call('SENTINEL', 'get-master-addr-by-name', master)
    return Array.isArray(await within(asked, timeoutMs))
  } finally {
    client.disconnect()
  }
}

/** The options for Sentinels: the password is sent to them only if they ask for one, because others refuse it. */
function sentinelAccess(access: RedisAccess, asksForPassword: boolean) {
  const { username, tls } = access
  const password = passwordOf(access)
  return {
    ...(tls === null ? {} : { sentinelTLS: tlsOptions('redis', tls) }),
    ...(asksForPassword && username !== undefined ? { sentinelUsername: username } : {}),
    ...(asksForPassword && password !== undefined ? { sentinelPassword: password } : {}),
  }
}
