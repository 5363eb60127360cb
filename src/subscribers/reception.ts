import type { ReceivedMessage } from '../registry/messenger.ts'
import { SeenPairs } from './seen-pairs.ts'

/** Identities tracked individually; bounds the memory. */
const MAX_IDENTITIES = 250_000

/** A process's counts of received messages so far. */
export interface ReceptionFigures {
  /** Distinct message ids. */
  readonly messages: number
  /** Distinct (message, identity) pairs. */
  readonly receipts: number
  /** Arrivals of a pair beyond its first. */
  readonly duplicates: number
  /** Payload bytes of all arrivals, without headers. */
  readonly bytes: number
  /** Distinct identities among the first 250,000; later ones and their duplicates are not tracked. */
  readonly identities: number
}

/** Counts received messages in bounded memory; `SeenPairs` defines which arrivals are duplicates. */
export class Reception {
  readonly #seen = new SeenPairs()
  readonly #identities = new Map<string, number>()
  readonly #maxIdentities: number
  #messages = 0
  #receipts = 0
  #duplicates = 0
  #bytes = 0

  constructor(maxIdentities = MAX_IDENTITIES) {
    this.#maxIdentities = maxIdentities
  }

  receive({ id, identity, payload }: ReceivedMessage): void {
    this.#bytes += payload.length
    const number = this.#numberOf(identity)
    if (number === null) {
      this.#receipts++
      return
    }
    const arrival = this.#seen.add(id, number)
    if (arrival === 'duplicate') this.#duplicates++
    else this.#receipts++
    if (arrival === 'new message') this.#messages++
  }

  get figures(): ReceptionFigures {
    return {
      messages: this.#messages,
      receipts: this.#receipts,
      duplicates: this.#duplicates,
      bytes: this.#bytes,
      identities: this.#identities.size,
    }
  }

  #numberOf(identity: string): number | null {
    const known = this.#identities.get(identity)
    if (known !== undefined) return known
    const number = this.#identities.size
    if (number >= this.#maxIdentities) return null
    this.#identities.set(identity, number)
    return number
  }
}
