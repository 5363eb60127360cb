import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Connection } from '../connection.ts'

/**
 * JetStream's API by a connection that may be replaced.
 * @param timeoutMs how long an answer may take.
 * @returns a function that gives the API by the current connection; don't keep its result.
 */
export async function jetStreamAdmin(
  connection: Pick<Connection, 'nats' | 'onReplace'>,
  timeoutMs: number,
): Promise<() => JetStreamManager> {
  let by = connection.nats
  let current = await adminOf(by, timeoutMs)
  const follow = async (): Promise<void> => {
    while (by !== connection.nats) {
      const { nats } = connection
      current = await adminOf(nats, timeoutMs)
      by = nats
    }
  }
  // Until then, the former connection answers.
  connection.onReplace(() => void follow())
  await follow()
  return () => current
}

function adminOf(nats: NatsConnection, timeout: number): Promise<JetStreamManager> {
  return jetstreamManager(nats, { timeout, checkAPI: false })
}
