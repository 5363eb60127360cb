import { setImmediate } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { parseServerAddresses } from '../registry/nats/server-address.ts'
import { hostAndPort } from './addresses.ts'
import type { ServerConfiguration } from './configuration-hash.ts'
import { EnvironmentError } from './environment-error.ts'

/** A server that doesn't answer within this time counts as unreachable. */
const timeoutMs = 5_000

/** A server's own description. */
export interface ServerDescription {
  readonly version: string
  /** `null` if unavailable: managed servers refuse `CONFIG`. */
  readonly configuration: ServerConfiguration | null
}

/**
 * Asks a Redis for its version and its configuration.
 *
 * @throws {EnvironmentError} naming host and port, if it is unreachable within 5 s, or refuses the connection.
 */
export async function checkRedis(url: string): Promise<ServerDescription> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // ioredis rejects with "Connection is closed."; the reason comes as an event.
  const reason = new Promise<Error>((resolve) => redis.on('error', resolve))
  const described = redis.connect().then(
    async () => {
      const [info, configuration] = await Promise.all([
        redis.info('server'),
        redis.config('GET', '*').catch(() => null),
      ])
      return { info, configuration: pairsOf(configuration) }
    },
    // A server that merely closes the connection causes no such event.
    async (error: unknown) => Promise.race([reason, afterEvents(error)]),
  )
  const answer = await Promise.race([described, reason, silence()]).catch((error: Error) => error)
  redis.disconnect()
  const version =
    answer instanceof Error ? undefined : /^redis_version:(.+)$/m.exec(answer.info)?.[1]?.trim()
  if (!(answer instanceof Error) && version !== undefined) {
    return { version, configuration: answer.configuration }
  }
  const failure = answer instanceof Error ? answer : new Error('no version in its INFO')
  throw new EnvironmentError(`Redis at ${hostAndPort(url)} ${explain(failure)}`)
}

/**
 * Asks the first NATS server that answers for its version and its configuration.
 *
 * @throws {EnvironmentError} naming hosts and ports, if none is reachable within 5 s, or they refuse the connection.
 */
export async function checkNats(urls: readonly string[]): Promise<ServerDescription> {
  const { hosts, credentials } = parseServerAddresses(urls)
  const connected = connect({
    servers: [...hosts],
    ...credentials,
    timeout: timeoutMs,
    reconnect: false,
  })
  try {
    const connection = await Promise.race([connected, silence()])
    const { info } = connection
    await connection.close()
    if (info?.version === undefined) throw new Error('no version in its INFO')
    return { version: info.version, configuration: { ...info } }
  } catch (error) {
    connected.then((late) => late.close()).catch(() => {})
    const failure = error instanceof Error ? error : new Error(String(error))
    throw new EnvironmentError(`NATS at ${hosts.join(', ')} ${explain(failure)}`)
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

/**
 * The problem and the remedy. The error itself is not passed on as a cause, because errors of ioredis
 * contain the command, and so the password.
 */
function explain(error: Error): string {
  const { message, name } = error
  if (/NOAUTH/.test(message)) {
    return 'asks for a password: put it into the address, as in redis://:password@host:port.'
  }
  if (/WRONGPASS|invalid password|without any password/i.test(message)) {
    return 'refused the user or password of its address.'
  }
  if (name === 'AuthorizationError') {
    return 'refused the user or password of its address, or asks for one: nats://user:password@host:port.'
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
