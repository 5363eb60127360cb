import { createHash } from 'node:crypto'
import type { DurableStreams } from './durability.ts'
import type { Requests } from './requests.ts'
import { store } from './store-message.ts'

/** How long to wait for the server to confirm a record, in ms. */
const RECORD_TIMEOUT_MS = 5_000
const MAX_ENTRY_BYTES = 64 * 1024

/** Which recipients of one message have handled it, on record at the server. */
export interface HandledRecord {
  /** The positions on record. @throws if the server is unreachable. */
  read(): Promise<readonly number[]>
  /** Adds positions to the record; `false` if the server didn't confirm it. */
  add(positions: readonly number[]): Promise<boolean>
  /** Deletes whatever matters only for a partly handled message. */
  clear(): Promise<void>
}

/** Where records are kept, each a series of entries. */
export interface EntryLog {
  /** How long an entry may be, in bytes. */
  readonly maxEntryBytes: number
  /** The subject of this gateway's record of this name. */
  subjectOf(name: string): string
  /** The subjects of all gateways' records of this name. */
  subjectOfAll(name: string): string
  /** Appends entries; `false` if the server didn't confirm all. */
  append(subject: string, entries: readonly string[]): Promise<boolean>
  /**
   * Visits the entries from a sequence number on, 1 being the first.
   * @param subject may have wildcards.
   * @returns the sequence number after the last.
   */
  readFrom(place: number, subject: string, visit: (entry: Uint8Array) => void): Promise<number>
}

/**
 * The stored records of one durable gateway. A record is a series of entries, each of which adds what is
 * new, so that the cost of recording does not depend on how much is on record already.
 */
export class RecordLog implements EntryLog {
  readonly #requests: Requests
  readonly #streams: DurableStreams
  readonly #gatewayName: string

  constructor(requests: Requests, streams: DurableStreams, gatewayName: string) {
    this.#requests = requests
    this.#streams = streams
    this.#gatewayName = gatewayName
  }

  get maxEntryBytes(): number {
    return Math.min(MAX_ENTRY_BYTES, this.#requests.maxPayloadBytes)
  }

  subjectOf(name: string): string {
    return this.#streams.subjects.progress(this.#gatewayName, keyOf(name))
  }

  subjectOfAll(name: string): string {
    return this.#streams.subjects.progress('*', keyOf(name))
  }

  async append(subject: string, entries: readonly string[]): Promise<boolean> {
    const { progressStream } = this.#streams.subjects
    for (const body of entries) {
      const message = { subject, body, timeoutMs: RECORD_TIMEOUT_MS }
      const { state } = await store(this.#requests, progressStream, message)
      if (state === 'no stream') await this.#restore()
      if (state !== 'stored') return false
    }
    return true
  }

  async readFrom(
    place: number,
    subject: string,
    visit: (entry: Uint8Array) => void,
  ): Promise<number> {
    const { admin, subjects } = this.#streams
    for (let seq = place; ;) {
      const query = { seq, next_by_subj: subject }
      const entry = await admin.streams.getMessage(subjects.progressStream, query)
      // A forged answer with an earlier sequence number would make this loop for ever.
      if (entry === null || !(entry.seq >= seq)) return seq
      visit(entry.data)
      seq = entry.seq + 1
    }
  }

  async #restore(): Promise<void> {
    try {
      await this.#streams.restore()
    } catch {
      // Not confirmed: the next call retries.
    }
  }

  async delete(subject: string): Promise<void> {
    const { admin, subjects } = this.#streams
    try {
      await admin.streams.purge(subjects.progressStream, { filter: subject })
    } catch {
      // It expires by itself.
    }
  }
}

function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
