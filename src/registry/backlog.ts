import { Warnings } from './warnings.ts'

/** Estimated size of a message without its body until its handlers are done, in bytes. */
const MESSAGE_BYTES = 1024
/** Estimated size of a running handler, in bytes. */
const HANDLER_BYTES = 256

/** The default limit on a process's unfinished messages, in bytes. */
export const DEFAULT_MAX_BACKLOG_BYTES = 64 * 1024 * 1024

/**
 * Bounds the bytes of messages that wait for handlers or are held by running ones. The body of a message
 * counts once, however many handlers hold it.
 */
export class Backlog {
  readonly maxBytes: number
  readonly #warnings: Warnings
  #bytes = 0

  /** @param warnings receives a warning for each refused message. */
  constructor(maxBytes: number = DEFAULT_MAX_BACKLOG_BYTES, warnings: Warnings = new Warnings()) {
    this.maxBytes = maxBytes
    this.#warnings = warnings
  }

  /** The size of the messages in it, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Admits a message; `null` if it doesn't fit. A single message always fits. */
  admit(bodyBytes: number): HeldMessage | null {
    const bytes = bodyBytes + MESSAGE_BYTES
    if (this.#bytes > 0 && this.#bytes + bytes > this.maxBytes) {
      this.#warnings.warn(
        'BACKLOG_FULL',
        `A message of ${bodyBytes} bytes was refused: messages that wait for handlers or are held by them take ${this.#bytes} of at most ${this.maxBytes} bytes. Handlers are too slow, or limits.maxBacklogBytes is too low.`,
      )
      return null
    }
    this.#bytes += bytes
    let holders = 1
    const release = (): void => {
      holders -= 1
      if (holders === 0) this.#bytes -= bytes
    }
    return {
      handedOut: release,
      hold: () => {
        holders += 1
        this.#bytes += HANDLER_BYTES
      },
      letGo: () => {
        this.#bytes -= HANDLER_BYTES
        release()
      },
    }
  }
}

/** A message in the backlog until it is handed out and every handler has released it. */
export interface HeldMessage {
  /** The message no longer waits; call once. */
  readonly handedOut: () => void
  /** A handler starts to hold the message. */
  readonly hold: () => void
  /** A handler is done with the message. */
  readonly letGo: () => void
}
