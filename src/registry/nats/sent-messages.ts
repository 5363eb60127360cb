import type { Lane } from '../lanes.ts'
import type { Span } from '@opentelemetry/api'
import type { Ranges } from '../targets/ranges.ts'

/** The number of rounds for which receipts count; a later receipt repeats with the next resend. */
const REMEMBERED_ROUNDS = 64

/** A sent message: its recipients, and whether it was answered. */
export interface SentMessage {
  readonly lane: Lane
  readonly subject: string
  /** The recipients' slots, in the order of positions in receipts. */
  readonly part: number
  readonly slots: Ranges
  readonly count: number
  readonly how: 'by subject' | 'by name' | 'by slot'
  /** Whether it told its gateway the slots of its names. */
  readonly tells: boolean
  /** Its size in its lane's window, in bytes. */
  readonly bytes: number
  answered: boolean
  /** From its publication to its answer. */
  readonly span?: Span
  /** Whether an answer listed any of its recipients. */
  isHandedOut?: boolean
  /** Whether it was resent by name because its gateway lacked the slots. */
  isRepeated?: boolean
}

/** The unanswered messages of one multicast, by the index in their reply subject. */
export class SentMessages {
  readonly #messages = new Map<number, SentMessage>()
  readonly #roundStarts: number[] = []
  readonly #bySubject = new Map<string, SentMessage[]>()
  #next = 0
  /** The first index that is not in `#bySubject`. */
  #nextBySubject = 0
  /** The indices of messages to identities' own subjects; `null` without resends. */
  readonly #ownIndices: Map<string, number> | null

  /** @param resent whether unanswered messages are sent again. */
  constructor({ resent }: { readonly resent: boolean }) {
    this.#ownIndices = resent ? new Map() : null
  }

  /** Begins a round of resends and forgets messages of old rounds. */
  startRound(): void {
    this.#roundStarts.push(this.#next)
    if (this.#roundStarts.length <= REMEMBERED_ROUNDS) return
    const from = this.#roundStarts.shift() ?? 0
    for (let index = from; index < (this.#roundStarts[0] ?? 0); index += 1) {
      this.#messages.delete(index)
    }
  }

  /**
   * Adds a message; returns its index. All copies to an identity's own subject share one index, so many
   * resends take no more memory than one, and an answer to one of them answers all.
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

  /** Takes the messages to a subject; each is returned once. */
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
