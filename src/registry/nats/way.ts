import type { MsgHdrs } from '@nats-io/transport-node'
import { settledWithin } from '../settled-within.ts'
import { unlessAborted } from '../unless-aborted.ts'
import type { Connection } from './connections.ts'
import { FlushPace } from './flush-pace.ts'
import type { ReplyReceiver } from './reply-inbox.ts'

/** A connection as one multicast uses it: for its messages and their replies. */
export class Way {
  readonly connection: Connection
  readonly #pace: FlushPace
  readonly #replyPrefix: string
  readonly #close: () => void
  readonly #lossesBefore: number

  /** @param onReady called when `isFull` may have become false. */
  constructor(connection: Connection, receiver: ReplyReceiver, onReady: () => void) {
    this.connection = connection
    this.#pace = new FlushPace(connection, onReady)
    this.#lossesBefore = connection.losses
    const { replyPrefix, close } = connection.inbox.open(receiver)
    this.#replyPrefix = replyPrefix
    this.#close = close
  }

  /** Whether to wait before more is sent. */
  get isFull(): boolean {
    return this.#pace.full
  }

  /**
   * Publishes a message.
   * @param replyIndex what replies to it are to be received as; `null` for none.
   * @returns whether it could be.
   */
  publish(
    subject: string,
    { body, headers }: { readonly body: Uint8Array; readonly headers: MsgHdrs },
    replyIndex: number | null,
  ): boolean {
    try {
      const reply = replyIndex === null ? '' : this.#replyPrefix + replyIndex
      this.connection.nats.publish(subject, body, { headers, reply })
    } catch {
      return false
    }
    this.#pace.count(1, body.length)
    return true
  }

  /**
   * Whether the broker has everything that was published: a flush is the proof.
   * @throws the reason of the signal once it is aborted.
   */
  async hasArrived(deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    let isConfirmed = false
    const flush = async (): Promise<void> => {
      await this.connection.nats.flush()
      isConfirmed = true
    }
    const leftMs = Math.max(0, deadline - performance.now())
    await settledWithin([unlessAborted(signal, flush)], leftMs)
    signal?.throwIfAborted()
    // A flush on a new connection says nothing about losses on the previous one.
    return isConfirmed && this.connection.losses === this.#lossesBefore
  }

  /** Receives no more replies. */
  close(): void {
    this.#close()
  }
}
