import { wholeNumber } from '../registry/arguments.ts'
import type { Principal } from './authorizer.ts'
import type { Operation } from './operation.ts'

/** One decision. */
export interface AuditRecord {
  /** When, in Unix ms. */
  readonly at: number
  /** `null`: nobody knows who asked. */
  readonly principal: Principal | null
  readonly operation: Operation
  readonly namespace: string
  /** The identities it concerned: the first 10. */
  readonly identities: readonly string[]
  readonly identityCount: number
  /** The pattern of identities that it concerned, and the first 10 fields of the metadata. */
  readonly pattern: string | null
  readonly fields: readonly string[]
  readonly allowed: boolean
  /** Why not; `null` if it is allowed. */
  readonly reason: string | null
  /** `false`: the call was let through whatever the decision. */
  readonly enforced: boolean
  /** How long the decision took. */
  readonly durationMs: number
  /** Records lost before this one, because nobody read them in time. */
  readonly lost: number
}

/** A record without the count of those lost. */
export type AuditEntry = Omit<AuditRecord, 'lost'>

/** Records kept for a reader by default. */
const DEFAULT_CAPACITY = 10_000
const MAX_CAPACITY = 10_000_000

/**
 * Decisions, for one reader at a time: `for await (const record of audit)`. Requests never wait for it: if nobody
 * reads in time, the oldest records are lost, and counted in the next.
 */
export class AuditTrail implements AsyncIterable<AuditRecord> {
  readonly #ring: (AuditEntry | undefined)[]
  /** The places of the next record to read and to write, ever growing. */
  #read = 0
  #written = 0
  #lost = 0
  #isClosed = false
  #wake: (() => void) | null = null

  /**
   * @param capacity how many records are kept for the reader, 1 to 10,000,000.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  constructor(capacity = DEFAULT_CAPACITY) {
    const length = wholeNumber(1, MAX_CAPACITY)(capacity, 'capacity')
    this.#ring = Array.from<undefined>({ length })
  }

  /** Keeps a record; takes no longer whoever reads, and never throws. */
  add(entry: AuditEntry): void {
    if (this.#isClosed) return
    this.#ring[this.#written % this.#ring.length] = entry
    this.#written += 1
    if (this.#written - this.#read > this.#ring.length) {
      this.#read += 1
      this.#lost += 1
    }
    this.#wakeReader()
  }

  /** Ends the reader's loop after the records so far. */
  close(): void {
    this.#isClosed = true
    this.#wakeReader()
  }

  /** Later, because what the reader does with the records must not come before what the request does next. */
  #wakeReader(): void {
    if (this.#wake === null) return
    setImmediate(this.#wake)
    this.#wake = null
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AuditRecord, undefined, undefined> {
    for (;;) {
      const record = this.#take()
      if (record !== null) yield record
      else if (this.#isClosed) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #take(): AuditRecord | null {
    const place = this.#read % this.#ring.length
    const entry = this.#read < this.#written ? this.#ring[place] : undefined
    if (entry === undefined) return null
    this.#ring[place] = undefined
    this.#read += 1
    const lost = this.#lost
    this.#lost = 0
    return { ...entry, lost }
  }
}
