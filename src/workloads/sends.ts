import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../load/clock.ts'
import type { LoadRequest } from '../load/workload.ts'

/** A multicast ends 5 s after its targets are known; one second more to find them. */
const PATIENCE_MS = 6_000

/** The share of the latest message in the average of recipients. */
const WEIGHT = 0.1

/** A message's recipients. */
export interface Sent {
  /** Number of recipients. */
  readonly recipients: number
  /** Number of recipients known to have confirmed it. */
  readonly confirmed: number
}

/** The outcome of one measured request's message. */
export interface EndedSend extends Sent {
  readonly request: LoadRequest
  /** When the registry answered or the load gave up, by `nowMs()`. */
  readonly endedAtMs: number
  /** Whether the registry answered; a message whose request failed or was given up may never have been sent. */
  readonly isSent: boolean
}

/**
 * Accounts for the message of every measured request. A message the load gave up may have been sent to some
 * or all of its recipients, and counts for all of them. A message that was refused, or whose outcome stays
 * unknown, counts for as many recipients as the latest messages with a known number had on average: the latest one
 * says little where messages differ, as in a shard that hosts the recipients of every other one.
 */
export class Sends {
  readonly #onEnd: (ended: EndedSend) => void
  readonly #underWay = new Map<LoadRequest, Promise<unknown>>()
  /** Sends that failed before any message's recipients were known. */
  #unknown: { readonly request: LoadRequest; readonly endedAtMs: number }[] = []
  /** Recipients of a message on average; the later ones weigh more. */
  #average: number | null = null

  /** @param onEnd called once per measured request. */
  constructor(onEnd: (ended: EndedSend) => void) {
    this.#onEnd = onEnd
  }

  /**
   * Sends a request's message. Rejects if sending fails.
   * @param send calls `onAborted` before it rejects if the load gave up after the recipients were known.
   */
  async follow(
    request: LoadRequest,
    send: (onAborted: (sent: Sent) => void) => Promise<Sent>,
  ): Promise<void> {
    const end = (sent: Sent, isSent: boolean): void => {
      this.#average =
        this.#average === null
          ? sent.recipients
          : this.#average + (sent.recipients - this.#average) * WEIGHT
      if (this.#underWay.delete(request))
        this.#onEnd({ request, endedAtMs: nowMs(), isSent, ...sent })
    }
    const givenUp: Sent[] = []
    const sending = send((sent) => void givenUp.push(sent))
    if (!request.isWarmUp) this.#underWay.set(request, sending)
    try {
      end(await sending, true)
    } catch (error) {
      if (givenUp[0] === undefined) this.#undelivered(request)
      else end(givenUp[0], false)
      throw error
    }
  }

  /**
   * Resolves when every send is accounted for, within 6 s.
   * @param possibleRecipients the number assumed if no message's recipients are known.
   */
  async ended(possibleRecipients: number): Promise<void> {
    if (this.#underWay.size > 0) {
      const late = delay(PATIENCE_MS, undefined, { ref: false })
      await Promise.race([Promise.allSettled(this.#underWay.values()), late])
    }
    for (const request of this.#underWay.keys()) this.#undelivered(request)
    this.#average ??= possibleRecipients
    for (const { request, endedAtMs } of this.#unknown) this.#count(request, endedAtMs)
    this.#unknown = []
  }

  #undelivered(request: LoadRequest): void {
    if (this.#underWay.delete(request)) this.#count(request, nowMs())
  }

  #count(request: LoadRequest, endedAtMs: number): void {
    const recipients = this.#average
    if (recipients === null) this.#unknown.push({ request, endedAtMs })
    else {
      const rounded = Math.round(recipients)
      this.#onEnd({ request, endedAtMs, recipients: rounded, confirmed: 0, isSent: false })
    }
  }
}
