import type { Lane } from '../lanes.ts'

/** For how many rounds of resends receipts still count; later ones come again for the next resend. */
const REMEMBERED_ROUNDS = 64

/** One message that was sent: to whom, and whether a receipt has come. */
export interface SentMessage {
  readonly lane: Lane
  readonly subject: string
  readonly identities: readonly string[]
  /** What it counts towards its lane's window. */
  readonly bytes: number
  answered: boolean
}

/** The messages of one multicast that may be answered, by the index in their reply subject. */
export class SentMessages {
  readonly #messages = new Map<number, SentMessage>()
  readonly #roundStarts: number[] = []
  readonly #bySubject = new Map<string, SentMessage[]>()
  #next = 0
  /** The first index that is not in `#bySubject`. */
  #nextBySubject = 0
  /** The indices of messages to identities' own subjects; `null` if none is sent again. */
  readonly #ownIndices: Map<string, number> | null

  /** @param resent whether messages are sent again to those who don't answer. */
  constructor({ resent }: { readonly resent: boolean }) {
    this.#ownIndices = resent ? new Map() : null
  }

  /** Resends go out from here on; the messages of rounds long past are forgotten. */
  startRound(): void {
    this.#roundStarts.push(this.#next)
    if (this.#roundStarts.length <= REMEMBERED_ROUNDS) return
    const from = this.#roundStarts.shift() ?? 0
    for (let index = from; index < (this.#roundStarts[0] ?? 0); index += 1) {
      this.#messages.delete(index)
    }
  }

  /**
   * Gives the message its index. All copies to an identity's own subject have the same one, so that many
   * resends take no more memory than one: what answers one of them answers all.
   */
  add(message: SentMessage): number {
    const ownIndices = message.lane.gateway === null ? this.#ownIndices : null
    const index = ownIndices?.get(message.subject) ?? this.#next
    this.#messages.set(index, message)
    if (index === this.#next) {
      this.#next += 1
      ownIndices?.set(message.subject, index)
    }
    return index
  }

  get(index: number): SentMessage | undefined {
    return this.#messages.get(index)
  }

  values(): Iterable<SentMessage> {
    return this.#messages.values()
  }

  /** The messages to a subject, each of them once however often this is called. */
  takeBySubject(subject: string): readonly SentMessage[] {
    for (; this.#nextBySubject < this.#next; this.#nextBySubject += 1) {
      const message = this.#messages.get(this.#nextBySubject)
      if (message === undefined) continue
      const others = this.#bySubject.get(message.subject)
      if (others === undefined) this.#bySubject.set(message.subject, [message])
      else others.push(message)
    }
    const taken = this.#bySubject.get(subject) ?? []
    this.#bySubject.delete(subject)
    return taken
  }
}
