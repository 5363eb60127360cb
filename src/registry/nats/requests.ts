import type { Msg, MsgHdrs } from '@nats-io/transport-node'
import type { Connection } from './connection.ts'
import { receivedHeaders } from './wire.ts'
import type { ReplyReceiver } from './reply-inbox.ts'

/** The outcome of a request. */
export type Answer<T> =
  | { readonly state: 'answered'; readonly value: T }
  /** The server reports no subscriber. */
  | { readonly state: 'no responders' }
  /** The server does not permit this client to publish there. */
  | { readonly state: 'forbidden' }
  /** No answer in time, or the connection is closed: the request may or may not have arrived. */
  | { readonly state: 'silent' }

/** A request. */
export interface Question<T> {
  readonly subject: string
  readonly body: Uint8Array | string
  readonly headers?: MsgHdrs
  readonly timeoutMs: number
  /** Parses a reply; `undefined` if it is not an answer. Must not throw. */
  readonly read: (reply: Msg) => T | undefined
}

/** A request in progress. */
interface Waiting {
  readonly onReply: (reply: Msg) => void
  readonly onForbidden: () => void
}

/**
 * The requests of one connection. Any client may listen to their subjects and reply, so replies that are
 * not answers are ignored.
 */
export class Requests implements ReplyReceiver {
  readonly #connection: Connection
  readonly #replyPrefix: string
  readonly #waiting = new Map<number, Waiting>()
  readonly #bySubject = new Map<string, Set<Waiting>>()
  #last = 0

  constructor(connection: Connection) {
    this.#connection = connection
    this.#replyPrefix = connection.inbox.open(this).replyPrefix
  }

  /** The server's maximum size of a message with headers, in bytes. */
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
    const waiting: Waiting = { onReply, onForbidden }
    this.#waiting.set(index, waiting)
    const ofSubject = this.#bySubject.get(subject) ?? new Set()
    this.#bySubject.set(subject, ofSubject.add(waiting))
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
      ofSubject.delete(waiting)
      if (ofSubject.size === 0 && this.#bySubject.get(subject) === ofSubject) {
        this.#bySubject.delete(subject)
      }
    }
  }

  onReply(index: number, reply: Msg): void {
    this.#waiting.get(index)?.onReply(reply)
  }

  onRefused(subject: string): void {
    const refused = this.#bySubject.get(subject) ?? []
    // Later refusals of the same subject don't affect these again.
    this.#bySubject.delete(subject)
    for (const { onForbidden } of refused) onForbidden()
  }
}
