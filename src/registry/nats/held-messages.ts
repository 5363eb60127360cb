/** What a message takes besides its body while it is held, in bytes; generous. */
const MESSAGE_BYTES = 4 * 1024
/** The part of the limit from which on nobody gets a message while an earlier one of theirs is running. */
const CROWDED = 1 / 2
/** The part of the limit that what one recipient's handlers are running with may take, one message excepted. */
const RECIPIENT_SHARE = 1 / 8
/** A handler may be expected to end soon if another one did within this time, in ms. */
const MOVING_MS = 1_000

/** `wait`: there will be room soon. `no`: its handlers seem to hang, so that it must come again later. */
export type Admission = 'yes' | 'wait' | 'no'

/** What is running for one recipient. */
interface Running {
  handlers: number
  bytes: number
  /** When a handler started for nobody, or ended, last. */
  movedAt: number
}

/**
 * Bounds what the messages take that a durable gateway holds, which are those whose handlers are not
 * done. A recipient whose handlers hang is refused more, so that it leaves room for the others. All
 * times are by `performance.now()`, in ms.
 */
export class HeldMessages {
  readonly #maxBytes: number
  readonly #recipients = new Map<string, Running>()
  #messages = 0
  #bytes = 0
  #movedAt = -Infinity

  /** @param maxBytes from here on nobody gets a message, unless it is the only one. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether it is better to hold no more messages just now. */
  isFull(now: number): boolean {
    return this.#isCrowded && now - this.#movedAt < MOVING_MS
  }

  /** Holds a message; gives the function that lets it go. */
  hold(bodyBytes: number): () => void {
    const bytes = bodyBytes + MESSAGE_BYTES
    this.#messages += 1
    this.#bytes += bytes
    return () => {
      this.#messages -= 1
      this.#bytes -= bytes
    }
  }

  /** Whether a recipient's handler may run with a message that is held. */
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

  /** A recipient's handler runs on; gives the function to call when it has ended. */
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
