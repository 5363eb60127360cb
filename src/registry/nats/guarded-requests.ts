import type { Msg, NatsConnection } from '@nats-io/transport-node'

type Callback = (error: Error | null, message: Msg) => void

/** The internals of the library's connection: one subscription for the replies to all its requests. */
interface RequestingConnection extends NatsConnection {
  readonly protocol: {
    readonly initMux: () => void
    readonly subscriptions: {
      readonly getMux: () => { callback: Callback } | null
      handleError: (error: { readonly operation: string }) => boolean
    }
  }
}

/**
 * Keeps replies to the library's own requests, such as those to JetStream, from ending its read loop: it
 * decodes their headers outside any `try`, and any client that listens to the subject of a request may
 * reply. An unreadable reply is ignored.
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
      // The request goes on waiting for a readable reply.
    }
  }
}

/**
 * Keeps the library from searching all its subscriptions whenever the server refuses a message: it looks
 * for a request that has a subscription of its own, and none is made here (`noMux`). With many
 * subscriptions and many refused messages, that takes longer than everything else.
 */
export function skipSearchesForRefused(nats: NatsConnection): void {
  if (!isRequesting(nats)) return
  const { subscriptions } = nats.protocol
  const search = subscriptions.handleError.bind(subscriptions)
  subscriptions.handleError = (error) => error.operation !== 'publish' && search(error)
}

function isRequesting(nats: NatsConnection): nats is RequestingConnection {
  if (!('protocol' in nats) || typeof nats.protocol !== 'object' || nats.protocol === null) {
    return false
  }
  return 'initMux' in nats.protocol && 'subscriptions' in nats.protocol
}
