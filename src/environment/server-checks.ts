import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { parseServerAddresses } from '../registry/nats/server-address.ts'
import { hostAndPort } from './addresses.ts'
import { EnvironmentError } from './environment-error.ts'

/** A server that says nothing for this long counts as unreachable. */
const timeoutMs = 5_000

/**
 * Asks a Redis for its version.
 *
 * @throws {EnvironmentError} naming host and port, if it can't be reached within 5 s or refuses us.
 */
export async function checkRedis(url: string): Promise<string> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // ioredis rejects with "Connection is closed."; the reason comes as an event.
  const reason = new Promise<Error>((resolve) => redis.on('error', resolve))
  const info = redis.connect().then(
    () => redis.info('server'),
    () => reason,
  )
  const answer = await Promise.race([info, reason, silence()]).catch((error: Error) => error)
  redis.disconnect()
  const version =
    typeof answer === 'string' ? /^redis_version:(.+)$/m.exec(answer)?.[1]?.trim() : undefined
  if (version !== undefined) return version
  const failure = answer instanceof Error ? answer : new Error('no version in its INFO')
  throw new EnvironmentError(`Redis at ${hostAndPort(url)} ${explain(failure)}`)
}

/**
 * Asks the first NATS server that answers for its version.
 *
 * @throws {EnvironmentError} naming hosts and ports, if none can be reached within 5 s or they refuse us.
 */
export async function checkNats(urls: readonly string[]): Promise<string> {
  const { hosts, credentials } = parseServerAddresses(urls)
  const connected = connect({
    servers: [...hosts],
    ...credentials,
    timeout: timeoutMs,
    reconnect: false,
  })
  try {
    const connection = await Promise.race([connected, silence()])
    const version = connection.info?.version
    await connection.close()
    if (version === undefined) throw new Error('no version in its INFO')
    return version
  } catch (error) {
    connected.then((late) => late.close()).catch(() => {})
    const failure = error instanceof Error ? error : new Error(String(error))
    throw new EnvironmentError(`NATS at ${hosts.join(', ')} ${explain(failure)}`)
  }
}

class SilenceError extends Error {}

function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new SilenceError('no answer')), timeoutMs).unref()
  })
}

/**
 * What was wrong and what to do. The error itself is not handed on as a cause: those of ioredis
 * hold the command, and so the password.
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
  return `can't be used: ${code ?? message}`
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
