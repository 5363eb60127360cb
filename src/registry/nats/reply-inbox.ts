import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node'

/** Waits for the replies of one send; `index` numbers its messages. */
export interface ReplyReceiver {
  /** Must not throw: replies come from outside. */
  onReply(index: number, message: Msg): void
  /** The broker refused to take messages to `subject`. */
  onRefused(subject: string): void
}

/**
 * One wildcard subscription for the replies to everything that a connection sends. A reply subject
 * is `<inbox>.<send>.<index>`, so that a whole send is let go of at once.
 */
export class ReplyInbox {
  readonly #prefix: string
  readonly #receivers = new Map<number, ReplyReceiver>()
  #lastSend = 0
  #refusal: Error | null = null

  constructor(nats: NatsConnection) {
    this.#prefix = `${createInbox()}.`
    nats.subscribe(`${this.#prefix}*.*`, {
      callback: (error, message) => {
        if (error === null) this.#dispatch(message)
        else this.#refusal = error
      },
    })
  }

  /** Why the server doesn't let it listen; `null` if it does, or has not answered. */
  get refusal(): Error | null {
    return this.#refusal
  }

  /** Starts receiving; gives the prefix that an index makes a reply subject. */
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

  /** Tells the sends that wait that the broker refused `subject`. */
  refuse(subject: string): void {
    for (const receiver of this.#receivers.values()) receiver.onRefused(subject)
  }

  #dispatch(message: Msg): void {
    const [send, index] = message.subject.slice(this.#prefix.length).split('.')
    this.#receivers.get(Number(send))?.onReply(Number(index), message)
  }
}
