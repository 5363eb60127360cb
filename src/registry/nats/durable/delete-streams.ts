import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { parseServerAddresses } from '../server-address.ts'
import type { Subjects } from '../subjects.ts'

const TIMEOUT_MS = 5_000

/**
 * Deletes what exactly-once delivery keeps for a namespace, with all messages: for those who know that
 * nobody uses the namespace any more. Streams that don't exist are none to delete.
 * @throws Error if the server is unreachable, or refuses.
 */
export async function deleteDurableStreams(
  servers: readonly string[],
  { messagesStream, progressStream, inboxPrefix }: Subjects,
): Promise<void> {
  const { hosts, credentials } = parseServerAddresses(servers)
  const nats = await connect({
    servers: [...hosts],
    ...credentials,
    inboxPrefix,
    // A server that refuses names those of its cluster, itself too, and the client would try them for good.
    ignoreClusterUpdates: true,
    timeout: TIMEOUT_MS,
  })
  try {
    const admin = await jetstreamManager(nats, { timeout: TIMEOUT_MS })
    for (const stream of [messagesStream, progressStream]) {
      await admin.streams.delete(stream).catch((error: unknown) => {
        if (!String(error).includes('stream not found')) throw error
      })
    }
  } finally {
    await nats.close()
  }
}
