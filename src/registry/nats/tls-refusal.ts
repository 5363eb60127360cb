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
  { hosts, credentials }: ConnectAddresses,
  timeoutMs: number,
): Promise<string | null> {
  if (!credentials.tls) return null
  try {
    const nats = await connect({
      servers: [...hosts],
      ...credentials,
      timeout: timeoutMs,
      reconnect: false,
    })
    await nats.close()
    return null
  } catch (error) {
    const guess = tlsGuess('nats', error, true)
    return tlsFailure('nats', error) ?? (guess === '' ? null : `it closed the connection${guess}`)
  }
}
