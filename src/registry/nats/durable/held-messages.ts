/** A generous estimate of a held message's size without its body, in bytes. */
const MESSAGE_BYTES = 4 * 1024
/** Above this ratio of the limit, a recipient with a running handler gets no further message. */
const CROWDED = 1 / 2
/** Maximum ratio of the limit for one recipient's running handlers; a single message is always allowed. */
const RECIPIENT_RATIO = 1 / 8
/** If a handler ended within this time, another is expected to end soon, in ms. */
const MOVING_MS = 1_000

/** `wait`: room is expected soon. `no`: the recipient's handlers seem to hang, so retry later. */
export type Admission = 'yes' | 'wait' | 'no'

/** The running handlers of one recipient. */
interface Running {
  handlers: number
  bytes: number
  /** When a handler last ended, or else the first one started, by `performance.now()`. */
  movedAt: number
}

/**
 * Bounds the bytes of the messages that a durable gateway holds until their handlers are done. A recipient
 * whose handlers hang gets no more messages, which leaves room for others. All times are by
 * `performance.now()`, in ms.
 */
export class HeldMessages {
  readonly #maxBytes: number
  readonly #recipients = new Map<string, Running>()
  #messages = 0
  #bytes = 0
  #movedAt = -Infinity

  /** @param maxBytes above this, no message is handed out unless it is the only one. */
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
    } else if (bytes <= this.#maxBytes * RECIPIENT_RATIO && !this.#isCrowded) return 'yes'
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
