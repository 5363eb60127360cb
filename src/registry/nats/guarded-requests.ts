import type { Msg, NatsConnection } from '@nats-io/transport-node'

type Callback = (error: Error | null, message: Msg) => void

/** What the library's connection has inside: one subscription for the replies to all its requests. */
interface RequestingConnection extends NatsConnection {
  readonly protocol: {
    readonly initMux: () => void
    readonly subscriptions: { readonly getMux: () => { callback: Callback } | null }
  }
}

/**
 * Keeps replies to the library's own requests, as those to JetStream, from ending its reading: it
 * decodes their headers outside of any `try`, and anybody who listens to the subject of a request may
 * reply. A reply that can't be read is no reply.
 */
export function guardRequests(nats: NatsConnection): void {
  if (!isRequesting(nats)) return
  nats.protocol.initMux()
  const replies = nats.protocol.subscriptions.getMux()
  if (replies === null) return
  const dispatch = replies.callback.bind(replies)
  replies.callback = (error, message) => {
    try {
      dispatch(error, message)
    } catch {
      // The request goes on waiting for the reply of whoever it was meant for.
    }
  }
}

function isRequesting(nats: NatsConnection): nats is RequestingConnection {
  if (!('protocol' in nats) || typeof nats.protocol !== 'object' || nats.protocol === null) {
    return false
  }
  return 'initMux' in nats.protocol && 'subscriptions' in nats.protocol
}
