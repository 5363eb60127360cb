import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import type { Connection } from './connections.ts'
import { receivedHeaders } from './received-headers.ts'
import type { ReplyReceiver } from './reply-inbox.ts'

/** What came of a request. */
export type Answer<T> =
  | { readonly state: 'answered'; readonly value: T }
  /** The server says that nobody listens there. */
  | { readonly state: 'no responders' }
  /** The server doesn't let this client publish there. */
  | { readonly state: 'forbidden' }
  /** No answer in time, or the connection is closed: it may have arrived or not. */
  | { readonly state: 'silent' }

/** A request. */
export interface Question<T> {
  readonly subject: string
  readonly body: Uint8Array | string
  readonly headers?: MsgHdrs
  readonly timeoutMs: number
  /** What a reply says; `undefined` for a reply that is not an answer. Must not throw. */
  readonly read: (reply: Msg) => T | undefined
}

/** A request under way. */
interface Waiting {
  readonly subject: string
  readonly onReply: (reply: Msg) => void
  readonly onForbidden: () => void
}

/**
 * Requests of one connection. Anybody may listen to their subjects and reply: what is not an answer is
 * ignored, and the wait for the answer goes on.
 */
export class Requests implements ReplyReceiver {
  readonly #connection: Connection
  readonly #replyPrefix: string
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  constructor(connection: Connection) {
    this.#connection = connection
    this.#replyPrefix = connection.inbox.open(this).replyPrefix
  }

  /** The largest body with headers that the server takes, in bytes. */
  get maxPayloadBytes(): number {
    return this.#connection.maxPayloadBytes
  }

  async ask<T>({ subject, body, headers, timeoutMs, read }: Question<T>): Promise<Answer<T>> {
    this.#last += 1
    const index = this.#last
    const { promise, resolve } = Promise.withResolvers<Answer<T>>()
    const timer = setTimeout(() => resolve({ state: 'silent' }), timeoutMs)
    const onReply = (reply: Msg): void => {
      const received = receivedHeaders(reply)
      if (received === null) return
      if (received.code === 503 && reply.data.length === 0) resolve({ state: 'no responders' })
      const value = read(reply)
      if (value !== undefined) resolve({ state: 'answered', value })
    }
    const onForbidden = (): void => resolve({ state: 'forbidden' })
    this.#waiting.set(index, { subject, onReply, onForbidden })
    try {
      const reply = `${this.#replyPrefix}${index}`
      this.#connection.nats.publish(subject, body, { reply, ...(headers && { headers }) })
    } catch {
      resolve({ state: 'silent' })
    }
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(index)
    }
  }

  onReply(index: number, reply: Msg): void {
    this.#waiting.get(index)?.onReply(reply)
  }

  onRefused(refused: string): void {
    for (const { subject, onForbidden } of this.#waiting.values()) {
      if (subject === refused) onForbidden()
    }
  }
}
