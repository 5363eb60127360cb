import { createInbox, type Msg } from '@nats-io/transport-node'
import type { Receive } from './moving-subscription.ts'

/** Receives the replies to one send; `index` is the number of the message. */
export interface ReplyReceiver {
  /** Must not throw: replies come from outside. */
  onReply(index: number, message: Msg): void
  /** The broker refused messages to `subject`. */
  onRefused(subject: string): void
}

/** What an inbox needs of its connection. */
interface Subscribable {
  subscribe(subject: string, options: { readonly callback: Receive }): unknown
}

/**
 * One wildcard subscription for the replies to everything that a connection sends. A reply subject is
 * `<inbox>.<send>.<index>`, so a whole send ends at once.
 */
export class ReplyInbox {
  readonly #prefix: string
  readonly #receivers = new Map<number, ReplyReceiver>()
  #lastSend = 0
  #refusal: Error | null = null

  /** @param prefix the prefix of its subject. */
  constructor(connection: Subscribable, prefix: string) {
    this.#prefix = `${createInbox(prefix)}.`
    connection.subscribe(`${this.#prefix}*.*`, {
      callback: (error, message) => {
        if (error === null) this.#dispatch(message)
        else this.#refusal = error
      },
    })
  }

  /** Why the server refused the subscription; `null` if it didn't or has not answered yet. */
  get refusal(): Error | null {
    return this.#refusal
  }

  /** Starts receiving; reply subjects are `replyPrefix` plus an index. */
  open(receiver: ReplyReceiver): { readonly replyPrefix: string; readonly close: () => void } {
    this.#lastSend += 1
    const send = this.#lastSend
    this.#receivers.set(send, receiver)
    return {
      replyPrefix: `${this.#prefix}${send}.`,
      close: () => {
        this.#receivers.delete(send)
      },
    }
  }

  /** Tells all waiting sends that the broker refused `subject`. */
  refuse(subject: string): void {
    for (const receiver of this.#receivers.values()) receiver.onRefused(subject)
  }

  #dispatch(message: Msg): void {
    const [send, index] = message.subject.slice(this.#prefix.length).split('.')
    this.#receivers.get(Number(send))?.onReply(Number(index), message)
  }
}
