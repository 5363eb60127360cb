import { Warnings } from './warnings.ts'

/** What a message takes besides its body until it is handed out and its handlers are done, in bytes; a guess. */
const MESSAGE_BYTES = 1024
/** What a running handler takes, in bytes; a guess. */
const HANDLER_BYTES = 256

/** How much a process holds of messages that are not done, unless configured, in bytes. */
export const DEFAULT_MAX_BACKLOG_BYTES = 64 * 1024 * 1024

/**
 * Bounds what the messages take that wait for their handlers, or that running handlers hold. The body
 * of a message is counted once, however many handlers hold it.
 */
export class Backlog {
  readonly maxBytes: number
  readonly #warnings: Warnings
  #bytes = 0

  /** @param warnings told of what didn't fit. */
  constructor(maxBytes: number = DEFAULT_MAX_BACKLOG_BYTES, warnings: Warnings = new Warnings()) {
    this.maxBytes = maxBytes
    this.#warnings = warnings
  }

  /** What the messages in it take, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes a message in; `null` if it doesn't fit. The only message always fits, whatever its size. */
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

/** A message in the backlog, until it is handed out and every handler that holds it has let go. */
export interface HeldMessage {
  /** It is not waiting any more; to be called once. */
  readonly handedOut: () => void
  /** A handler holds it. */
  readonly hold: () => void
  /** A handler is done with it. */
  readonly letGo: () => void
}
