import type { MsgHdrs } from '@nats-io/transport-node'
import { settledWithin, unlessAborted } from '../waiting.ts'
import type { Connection } from './connection.ts'
import type { ReplyReceiver } from './reply-inbox.ts'

/** One multicast's use of a connection: publishes messages and receives replies. */
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
   * @param replyIndex the index of its replies; `null` to request none.
   * @returns `false` if the connection is closed.
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
   * Flushes the connection.
   * @param deadline by `performance.now()`, in ms.
   * @returns whether the broker confirmed in time that it has everything published.
   * @throws the signal's reason if the signal is aborted.
   */
  async flush(deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    let isConfirmed = false
    const flush = async (): Promise<void> => {
      await this.connection.flush()
      isConfirmed = true
    }
    const leftMs = Math.max(0, deadline - performance.now())
    await settledWithin([unlessAborted(signal, flush)], leftMs)
    signal?.throwIfAborted()
    // After a reconnect, a flush says nothing about messages sent before.
    return isConfirmed && this.connection.losses === this.#lossesBefore
  }

  /** Stops receiving replies. */
  close(): void {
    this.#close()
  }
}

/** The volume in flight to the broker after which a flush must confirm it. */
const FLUSH_AFTER_BYTES = 128 * 1024
const FLUSH_AFTER_MESSAGES = 128

/** Keeps at most two flush intervals' worth of messages in flight to the broker. */
class FlushPace {
  readonly #connection: Connection
  readonly #onChange: () => void
  #messages = 0
  #bytes = 0
  #flushing = false

  /** @param onChange called when `full` may have become false. */
  constructor(connection: Connection, onChange: () => void) {
    this.#connection = connection
    this.#onChange = onChange
  }

  /** Whether to wait before more is sent. */
  get full(): boolean {
    return this.#flushing && this.#due
  }

  count(messages: number, bytes: number): void {
    this.#messages += messages
    this.#bytes += bytes
    if (this.#due && !this.#flushing) void this.#flush()
  }

  get #due(): boolean {
    return this.#bytes >= FLUSH_AFTER_BYTES || this.#messages >= FLUSH_AFTER_MESSAGES
  }

  async #flush(): Promise<void> {
    this.#messages = 0
    this.#bytes = 0
    this.#flushing = true
    // A flush fails when the connection is lost, which the sender sees by the connection itself.
    await this.#connection.flush().catch(() => {})
    this.#flushing = false
    this.#onChange()
  }
}
