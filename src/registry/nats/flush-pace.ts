import type { Connection } from './connections.ts'

/** What may be on the way to the broker before it has to say that it got what came before. */
const FLUSH_AFTER_BYTES = 128 * 1024
const FLUSH_AFTER_MESSAGES = 128

/** Keeps no more than two flush intervals' worth of messages on the way to the broker. */
export class FlushPace {
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
    await this.#connection.nats.flush().catch(() => {})
    this.#flushing = false
    this.#onChange()
  }
}
