import type { Msg, NatsConnection } from '@nats-io/transport-node'

type Callback = (error: Error | null, message: Msg) => void

/** The internals of the library's connection: one subscription for the replies to all its requests. */
interface RequestingConnection extends NatsConnection {
  readonly protocol: {
    readonly initMux: () => void
    readonly muxSubscriptions: { readonly size: () => number }
    readonly subscriptions: {
      readonly getMux: () => { callback: Callback } | null
      handleError: (error: { readonly operation: string }) => boolean
    }
  }
}

/**
 * Protects the library's read loop from replies to its own requests, such as those to JetStream: it
 * decodes their headers outside any `try`, and any client that listens to a request's subject may reply.
 * Unreadable replies are ignored.
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
      // The request keeps waiting for a readable reply.
    }
  }
}

/**
 * Skips the library's search through all subscriptions whenever the server refuses a message: it looks
 * for a request with its own subscription (`noMux`), which this project never makes. With many
 * subscriptions and many refused messages, the search would dominate everything else.
 */
export function skipSearchesForRefused(nats: NatsConnection): void {
  if (!isRequesting(nats)) return
  const { subscriptions } = nats.protocol
  const search = subscriptions.handleError.bind(subscriptions)
  subscriptions.handleError = (error) => error.operation !== 'publish' && search(error)
}

/** How many of the library's own requests, such as those to JetStream, wait for their reply. */
export function waitingRequests(nats: NatsConnection): number {
  return isRequesting(nats) ? nats.protocol.muxSubscriptions.size() : 0
}

function isRequesting(nats: NatsConnection): nats is RequestingConnection {
  if (!('protocol' in nats) || typeof nats.protocol !== 'object' || nats.protocol === null) {
    return false
  }
  const { protocol } = nats
  return 'initMux' in protocol && 'subscriptions' in protocol && 'muxSubscriptions' in protocol
}
