/** The size of a held message without its body, in bytes; generous. */
const MESSAGE_BYTES = 4 * 1024
/** The part of the limit above which no recipient gets a message while its handler is running. */
const CROWDED = 1 / 2
/** The part of the limit for messages in one recipient's running handlers, one message excepted. */
const RECIPIENT_SHARE = 1 / 8
/** A handler may be expected to end soon if another one did within this time, in ms. */
const MOVING_MS = 1_000

/** `wait`: there will be room soon. `no`: its handlers seem to hang, so that it must come again later. */
export type Admission = 'yes' | 'wait' | 'no'

/** The running handlers of one recipient. */
interface Running {
  handlers: number
  bytes: number
  /** When a handler last ended, or else the first one started, by `performance.now()`. */
  movedAt: number
}

/**
 * Bounds the bytes of the messages that a durable gateway holds, which are those whose handlers are not
 * done. A recipient whose handlers hang gets no more, which leaves room for others. All
 * times are by `performance.now()`, in ms.
 */
export class HeldMessages {
  readonly #maxBytes: number
  readonly #recipients = new Map<string, Running>()
  #messages = 0
  #bytes = 0
  #movedAt = -Infinity

  /** @param maxBytes above this, no message is handed out, unless it is the only one. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether to stop taking messages for now. */
  isFull(now: number): boolean {
    return this.#isCrowded && now - this.#movedAt < MOVING_MS
  }

  /** Holds a message; returns the function that releases it. */
  hold(bodyBytes: number): () => void {
    const bytes = bodyBytes + MESSAGE_BYTES
    this.#messages += 1
    this.#bytes += bytes
    return () => {
      this.#messages -= 1
      this.#bytes -= bytes
    }
  }

  /** Whether a recipient's handler may start with a held message. */
  admits(recipient: string, bodyBytes: number, now: number): Admission {
    const running = this.#recipients.get(recipient)
    const bytes = (running?.bytes ?? 0) + bodyBytes + MESSAGE_BYTES
    if (running === undefined) {
      if (this.#bytes <= this.#maxBytes || this.#messages === 1) return 'yes'
    } else if (bytes <= this.#maxBytes * RECIPIENT_SHARE && !this.#isCrowded) return 'yes'
    return now - (running?.movedAt ?? this.#movedAt) < MOVING_MS ? 'wait' : 'no'
  }

  get #isCrowded(): boolean {
    return this.#bytes >= this.#maxBytes * CROWDED
  }

  /** Notes a running handler of a recipient; returns the function to call when it has ended. */
  run(recipient: string, bodyBytes: number, now: number): (now: number) => void {
    const bytes = bodyBytes + MESSAGE_BYTES
    const running = this.#recipients.get(recipient) ?? { handlers: 0, bytes: 0, movedAt: now }
    this.#recipients.set(recipient, running)
    running.handlers += 1
    running.bytes += bytes
    return (endedAt) => {
      running.handlers -= 1
      running.bytes -= bytes
      running.movedAt = endedAt
      this.#movedAt = endedAt
      if (running.handlers === 0) this.#recipients.delete(recipient)
    }
  }
}
