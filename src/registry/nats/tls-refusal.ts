import { connect, type ConnectionOptions } from '@nats-io/transport-node'
import { tlsFailure, tlsGuess } from '../tls-failure.ts'

/** Servers, and the client's options to be admitted. */
export interface ConnectAddresses {
  /** `host:port` each. */
  readonly hosts: readonly string[]
  readonly credentials: Partial<ConnectionOptions>
}

/**
 * Why servers refuse TLS, if they do. A server checks the client's certificate after the client has begun to send, so
 * the client sees a lost connection and connects again until its time is up. This asks once, without that.
 * @param timeoutMs for the attempt.
 * @returns `null` if TLS is not the reason.
 */
export async function tlsRefusal(
  addresses: ConnectAddresses,
  timeoutMs: number,
): Promise<string | null> {
  if (!addresses.credentials.tls) return null
  const error = await refusalOf(addresses, timeoutMs)
  if (error === null) return null
  const guess = tlsGuess('nats', error, true)
  return tlsFailure('nats', error) ?? (guess === '' ? null : `it closed the connection${guess}`)
}

/** The error of the last server that refuses a connection, by asking once; `null` if one admits it. */
export async function refusalOf(
  { hosts, credentials }: ConnectAddresses,
  timeoutMs: number,
): Promise<unknown> {
  try {
    const nats = await connect({
      servers: [...hosts],
      ...credentials,
      timeout: Math.max(1, Math.floor(timeoutMs / hosts.length)),
      reconnect: false,
      // A server that refuses names those of its cluster, itself too, and the client would try them for good.
      ignoreClusterUpdates: true,
    })
    await nats.close()
    return null
  } catch (error) {
    return error
  }
}
