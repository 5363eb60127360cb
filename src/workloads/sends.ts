import { nowMs } from '../load/clock.ts'
import type { LoadRequest } from '../load/workload.ts'
import { settledWithin } from '../registry/settled-within.ts'

/** A registry's multicast ends 5 s after its targets are known; this leaves a second to know them. */
const PATIENCE_MS = 6_000

/** Whom a message was for. */
export interface Sent {
  /** How many recipients. */
  readonly recipients: number
  /** How many of them confirmed it, as far as the sender knows. */
  readonly confirmed: number
}

/** What became of the message of one measured request. */
export interface EndedSend extends Sent {
  readonly request: LoadRequest
  /** When the registry answered, or nobody waited for it any longer, by `nowMs()`. */
  readonly endedAtMs: number
}

/**
 * Accounts for the message of every measured request. One that the load gave up may have been sent, in part or to
 * all: it counts for those whom it was for. A message that was refused, or whose fate never became known,
 * was still meant for somebody: it counts for as many recipients as the latest message of which they
 * are known.
 */
export class Sends {
  readonly #onEnd: (ended: EndedSend) => void
  readonly #underWay = new Map<LoadRequest, Promise<unknown>>()
  /** Sends that failed before the recipients of any were known. */
  #unknown: { readonly request: LoadRequest; readonly endedAtMs: number }[] = []
  #latestRecipients: number | null = null

  /** @param onEnd told once for each measured request. */
  constructor(onEnd: (ended: EndedSend) => void) {
    this.#onEnd = onEnd
  }

  /**
   * Sends the message of a request. Rejects if that fails.
   * @param send calls `onAborted` before it rejects if it was given up when the recipients were known.
   */
  async follow(
    request: LoadRequest,
    send: (onAborted: (sent: Sent) => void) => Promise<Sent>,
  ): Promise<void> {
    const end = (sent: Sent): void => {
      this.#latestRecipients = sent.recipients
      if (this.#underWay.delete(request)) this.#onEnd({ request, endedAtMs: nowMs(), ...sent })
    }
    const givenUp: Sent[] = []
    const sending = send((sent) => void givenUp.push(sent))
    if (!request.isWarmUp) this.#underWay.set(request, sending)
    try {
      end(await sending)
    } catch (error) {
      if (givenUp[0] === undefined) this.#undelivered(request)
      else end(givenUp[0])
      throw error
    }
  }

  /**
   * Resolves when every send is accounted for: at the latest after 6 s.
   * @param possibleRecipients how many there are, for a load of which no message's recipients are known.
   */
  async ended(possibleRecipients: number): Promise<void> {
    if (this.#underWay.size > 0) await settledWithin([...this.#underWay.values()], PATIENCE_MS)
    for (const request of this.#underWay.keys()) this.#undelivered(request)
    this.#latestRecipients ??= possibleRecipients
    for (const { request, endedAtMs } of this.#unknown) this.#count(request, endedAtMs)
    this.#unknown = []
  }

  #undelivered(request: LoadRequest): void {
    if (this.#underWay.delete(request)) this.#count(request, nowMs())
  }

  #count(request: LoadRequest, endedAtMs: number): void {
    const recipients = this.#latestRecipients
    if (recipients === null) this.#unknown.push({ request, endedAtMs })
    else this.#onEnd({ request, endedAtMs, recipients, confirmed: 0 })
  }
}
